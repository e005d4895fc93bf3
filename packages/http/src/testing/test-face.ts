/** A face with fakes around it, as each test needs one. */

import type { Answered, Health } from '@mosec/core'
import { createHttpFace, type HttpFace } from '../face.ts'
import type { Listening } from '../listen.ts'
import type { CodecInfo, HttpFaceOptions, RouteInfo } from '../options.ts'
import { HeldSubmitter } from './held-submitter.ts'
import { Mailbox } from './mailbox.ts'

export const json: CodecInfo = { name: 'json', mimeTypes: ['application/json'] }
export const msgpack: CodecInfo = {
  name: 'msgpack',
  mimeTypes: ['application/msgpack', 'application/x-msgpack'],
}

/** A route with two codecs at each end. */
export function testRoute(path: string, changes: Partial<RouteInfo> = {}): RouteInfo {
  const codecs = [json, msgpack]
  return {
    path,
    requestCodecs: codecs,
    responseCodecs: codecs,
    readsAnyType: false,
    isStream: false,
    ...changes,
  }
}

/** One inference, one stream, one route with priorities and one that takes any bytes. */
export const testRoutes: readonly RouteInfo[] = [
  testRoute('/inference'),
  testRoute('/stream', { isStream: true }),
  testRoute('/urgent', { allowsPriority: true }),
  testRoute('/raw', { requestCodecs: [], readsAnyType: true }),
]

/** Limit of the test faces, in bytes. */
export const LIMIT_BYTES = 64 * 1024

/** A face, its fakes and what they saw. */
export interface TestFace {
  readonly face: HttpFace
  readonly submitter: HeldSubmitter
  readonly answers: Mailbox<Answered>
  health: Health
}

/** @param changes options other than the test's defaults. */
export function makeTestFace(changes: Partial<HttpFaceOptions> = {}): TestFace {
  const submitter = new HeldSubmitter()
  const answers = new Mailbox<Answered>()
  const test: Omit<TestFace, 'face'> = {
    submitter,
    answers,
    health: { status: 'ready', stages: [{ stage: 'model', ready: 1, replicas: 1 }] },
  }
  const face = createHttpFace({
    submitter,
    routes: testRoutes,
    health: () => test.health,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    maxRequestBytes: LIMIT_BYTES,
    serverHeader: 'mosec/test',
    observer: { answered: (answer) => answers.push(answer) },
    ...changes,
  })
  return Object.assign(test, { face })
}

/** Opens a free port on this machine. */
export const listenLocally = (face: HttpFace): Promise<Listening> =>
  face.listen({ port: 0, host: '127.0.0.1' })
