/** May this request be read at all? Decided from its head; both ways (node and web) share it. */

import { ClientError, fixedOutcome, HttpError, type Outcome, outcomeOf } from '@mosec/core'
import { createNegotiate, type Negotiate, type Negotiated } from './negotiation.ts'
import type { RouteInfo } from './options.ts'
import { type RequestHead, TIMEOUT_HEADER } from './request-head.ts'

/** A route with its memory of negotiated headers. */
export interface InferenceRoute extends RouteInfo {
  readonly negotiate: Negotiate
}

/** What is known once the head was read. */
export interface Admission {
  readonly negotiated: Negotiated
  readonly timeoutMs: number | undefined
  /** Why the body will not be read. */
  readonly refusal: Outcome | undefined
}

/** Answers that have one text. */
export const refusals = Object.freeze({
  noData: fixedOutcome('bad_request', 'no data provided'),
  tooLarge: outcomeOf(new HttpError(413, 'request body is too large')),
  notPost: outcomeOf(new HttpError(405, 'method not allowed: use POST')),
  notGet: outcomeOf(new HttpError(405, 'method not allowed: use GET')),
  notFound: outcomeOf(new HttpError(404, 'not found')),
})

/** Binds a route to its memory. */
export function inferenceRoute(info: RouteInfo): InferenceRoute {
  return { ...info, negotiate: createNegotiate(info) }
}

/** Reads a head for its route. */
export function admit(route: InferenceRoute, head: RequestHead, maxRequestBytes: number): Admission {
  const negotiated = route.negotiate(head.contentType, head.accept)
  const timeoutMs = head.timeout === '' ? undefined : parseTimeout(head.timeout)
  const refusal = refusalOf(head, negotiated, timeoutMs, maxRequestBytes)
  return { negotiated, timeoutMs, refusal }
}

function refusalOf(
  head: RequestHead,
  negotiated: Negotiated,
  timeoutMs: number | undefined,
  maxRequestBytes: number,
): Outcome | undefined {
  if (head.method !== 'POST') return refusals.notPost
  if (timeoutMs !== undefined && Number.isNaN(timeoutMs)) return badTimeout(head.timeout)
  if (negotiated.refusal !== undefined) return negotiated.refusal
  if (Number(head.contentLength) > maxRequestBytes) return refusals.tooLarge
  return undefined
}

/** NaN when it is no positive integer. */
function parseTimeout(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.NaN
}

function badTimeout(text: string): Outcome {
  const shown = text.slice(0, 40)
  return outcomeOf(
    new ClientError(`${TIMEOUT_HEADER} must be a positive integer in milliseconds, got ${shown}`),
  )
}
