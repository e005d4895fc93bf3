/** What the HTTP face is made from, and the defaults of what may be left out. */

import {
  type Clock,
  ConfigurationError,
  type Health,
  type Logger,
  type Observer,
  type Submitter,
  silentLogger,
  systemClock,
} from '@mosec/core'
import { Hono } from 'hono'
import type { FaceEnv } from './face-env.ts'

/** A codec as HTTP sees it: a name and the MIME types that stand for it. */
export interface CodecInfo {
  readonly name: string
  /** Lower case, without parameters; the first one labels answers. */
  readonly mimeTypes: readonly [string, ...string[]]
}

/** A route as HTTP sees it: a path and the formats at the two ends of its pipeline. */
export interface RouteInfo {
  /** Exact pathname, `/inference` say. */
  readonly path: string
  /** Codecs of the ingress worker, the default first. */
  readonly requestCodecs: readonly CodecInfo[]
  /** Codecs of the egress worker, the default first. */
  readonly responseCodecs: readonly CodecInfo[]
  /** The ingress worker takes bytes of any `Content-Type` (raw images, say); the request codec is then 0. */
  readonly readsAnyType: boolean
  /** The egress worker yields events: answers are `text/event-stream`. */
  readonly isStream: boolean
  /** Clients may say how urgent a request is; `false` when left out, and the header is then not looked at. */
  readonly allowsPriority?: boolean
}

/** What `GET /metrics` answers. */
export interface MetricsText {
  readonly contentType: string
  readonly body: string
}

/** Options of {@link createHttpFace}. */
export interface HttpFaceOptions {
  /** An app with handlers of the user's, which come before ours; a new one when left out. */
  readonly app?: Hono<FaceEnv>
  readonly submitter: Submitter
  readonly routes: readonly RouteInfo[]
  /** Asked by `GET /` and the health endpoints, at each request. */
  readonly health: () => Health | Promise<Health>
  /** Waited for before `GET /health/live` says so, where what must live is elsewhere. */
  readonly alive?: () => Promise<unknown>
  /** Without it `GET /metrics` is 404. */
  readonly metrics?: () => Promise<MetricsText>
  /**
   * Asked before any handler of the user's, which cannot see, change or answer what it takes; undefined leaves the request
   * to them. Not asked for inference routes.
   */
  readonly front?: (request: Request) => Promise<Response> | undefined
  /** Longest request body in bytes, decompressed; 10 MiB when left out. */
  readonly maxRequestBytes?: number
  /** gzip and zstd for bodies and answers; `false` when left out: an encoded body is then 415. */
  readonly isCompressionOn?: boolean
  /** The service timeout in milliseconds, 3000 when left out: `close()` waits no longer than this (and a second). */
  readonly timeoutMs?: number
  /** Time for a whole request, head and body, in milliseconds; two minutes when left out. Then 408. */
  readonly requestTimeoutMs?: number
  /** Value of the `server` header of every answer, `mosec/<version>`. */
  readonly serverHeader?: string
  readonly clock?: Clock
  readonly observer?: Observer
  readonly logger?: Logger
}

/** Options with nothing left open. */
export interface ResolvedOptions
  extends Required<Omit<HttpFaceOptions, 'metrics' | 'app' | 'front' | 'alive'>> {
  readonly app: Hono<FaceEnv>
  readonly metrics: (() => Promise<MetricsText>) | undefined
  readonly front: HttpFaceOptions['front'] | undefined
  readonly alive: HttpFaceOptions['alive'] | undefined
}

const defaults = {
  metrics: undefined,
  front: undefined,
  alive: undefined,
  maxRequestBytes: 10 * 1024 * 1024,
  isCompressionOn: false,
  timeoutMs: 3000,
  requestTimeoutMs: 120_000,
  serverHeader: 'mosec',
  clock: systemClock,
  observer: {},
  logger: silentLogger,
}

/** @throws ConfigurationError when a number is not positive. */
export function resolveOptions(options: HttpFaceOptions): ResolvedOptions {
  const resolved: ResolvedOptions = { app: new Hono<FaceEnv>(), ...defaults, ...options }
  for (const name of ['maxRequestBytes', 'timeoutMs', 'requestTimeoutMs'] as const) {
    if (resolved[name] > 0) continue
    throw new ConfigurationError(`${name} must be a positive number, got ${resolved[name]}`)
  }
  return resolved
}
