/** What is read from a request's head: negotiation, the body's encoding, the time limit. One header a line. */

import { ok } from 'node:assert/strict'
import { admit, inferenceRoute } from '../../../packages/http/src/admission.ts'
import { headOfRequest, TIMEOUT_HEADER } from '../../../packages/http/src/request-head.ts'
import { statusOf } from '../../../packages/http/src/statuses.ts'
import { testRoute } from '../../../packages/http/src/testing/test-face.ts'
import { allowOnly, type Target, textsAsBytes } from '../target.ts'

const NAMES = [
  'content-type',
  'accept',
  'content-length',
  'content-encoding',
  TIMEOUT_HEADER,
  'x-priority',
] as const
const REFUSALS = [400, 405, 406, 413, 415]
const options = { maxRequestBytes: 1000, isCompressionOn: true }
const routes = [
  testRoute('/a'),
  testRoute('/b', { isStream: true }),
  testRoute('/c', { readsAnyType: true, requestCodecs: [] }),
].map(inferenceRoute)

/** Heads. */
export const heads: Target = {
  name: 'heads',
  maxBytes: 800,
  words: textsAsBytes([
    '\n',
    'application/json',
    'application/msgpack',
    '*/*',
    ';q=0',
    ';q=1e9',
    ',',
    'text/event-stream',
    'application/problem+json',
    'gzip',
    'identity',
    '-1',
    '1000',
    '"',
  ]),
  seeds: textsAsBytes([
    'application/json; charset=utf-8\napplication/msgpack;q=0.5, */*;q=0.1\n100\ngzip\n250\n1',
    '\ntext/event-stream, application/problem+json\n\n\n\n',
    'application/x-msgpack\n*/*\n1001\nbr\n0\nhigh',
  ]),
  run(input) {
    const lines = Buffer.from(input).toString('latin1').split('\n')
    // What is no header value never gets past the parser.
    const head = allowOnly(TypeError, () =>
      headOfRequest(new Request('http://x/', { method: 'POST', headers: headersOf(lines) })),
    )
    if (head === undefined) return
    for (const route of routes) {
      const { refusal, negotiated } = admit(route, head, options)
      if (refusal === undefined)
        ok(route.responseCodecs[negotiated.responseCodec] !== undefined, 'a codec for the answer')
      else ok(REFUSALS.includes(statusOf(refusal)), `a refusal, not ${statusOf(refusal)}`)
    }
  },
}

const headersOf = (lines: readonly string[]): [string, string][] =>
  NAMES.map((name, at) => [name, lines[at] ?? ''])
