/** What the server's process and an ingress tell each other on the fork's channel; tasks have a socket of their own. */

import type { Health } from '@mosec/core'
import type { HttpFaceOptions, MetricsText, RouteInfo } from '@mosec/http'
import type { Api } from '@mosec/openapi'
import type { LogLevel } from '../config/index.ts'

/** Settings of the face that travel as they are. */
export interface FaceSettings
  extends Required<
    Pick<HttpFaceOptions, 'maxRequestBytes' | 'isCompressionOn' | 'timeoutMs' | 'serverHeader'>
  > {
  readonly routes: readonly RouteInfo[]
  readonly hasMetrics: boolean
  /** Requests below this path are the server's own to answer. */
  readonly frontPath: string | null
}

/** The answer to `hello`: all that an ingress needs to know. */
export interface BeginMessage {
  readonly type: 'begin'
  readonly face: FaceSettings
  readonly api: Api
  readonly logLevel: LogLevel
}

/** From the server's process. A `connection` has a socket beside it. */
export type ToIngress =
  | BeginMessage
  | { readonly type: 'connection' | 'drain' | 'close' }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }

/** A web request or response in a form that travels. */
export interface PlainRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly [string, string][]
  /** Base64. */
  readonly body: string
}

export interface PlainResponse {
  readonly status: number
  readonly headers: readonly [string, string][]
  /** Base64. */
  readonly body: string
}

/** What an ingress asks, and what it is told. */
export interface Questions {
  readonly health: { readonly asked: null; readonly told: Health }
  readonly metrics: { readonly asked: null; readonly told: MetricsText }
  readonly front: { readonly asked: PlainRequest; readonly told: PlainResponse }
  /** A handler of the user's closes the server. */
  readonly stop: { readonly asked: null; readonly told: null }
}

export type Topic = keyof Questions

/** From an ingress. */
export type FromIngress = { readonly type: 'hello' | 'ready' } | AskMessage

/** A question; its answer has the same id. */
export interface AskMessage {
  readonly type: 'ask'
  readonly id: number
  readonly topic: Topic
  readonly asked: unknown
}

/** Undefined for what is none of ours: handlers of the user's may send what they like. */
export function parseFromIngress(value: unknown): FromIngress | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined
  const { type, id, topic, asked }: Partial<Record<string, unknown>> = { ...value }
  if (type === 'hello' || type === 'ready') return { type }
  if (type !== 'ask' || typeof id !== 'number' || !isTopic(topic)) return undefined
  return { type, id, topic, asked }
}

const topics: ReadonlySet<unknown> = new Set<Topic>(['health', 'metrics', 'front', 'stop'])
const isTopic = (value: unknown): value is Topic => topics.has(value)
