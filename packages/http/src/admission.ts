/** May this request be read at all? Decided from its head; both ways (node and web) share it. */

import { ClientError, type Outcome, outcomeOf, type Priority, priorities } from '@mosec/core'
import type { Answer } from './answer.ts'
import type { ContentCoding } from './compression/content-coding.ts'
import { acceptedCodings, requestCodingOf } from './compression/request-coding.ts'
import { createNegotiate, type Negotiate, type Negotiated } from './negotiation.ts'
import type { ResolvedOptions, RouteInfo } from './options.ts'
import { refusals } from './refusals.ts'
import { PRIORITY_HEADER, type RequestHead, TIMEOUT_HEADER } from './request-head.ts'

/** A route with its memory of negotiated headers. */
export interface InferenceRoute extends RouteInfo {
  readonly negotiate: Negotiate
}

/** What is known once the head was read. */
export interface Admission {
  readonly negotiated: Negotiated
  readonly timeoutMs: number | undefined
  readonly priority: Priority
  /** How the body is encoded; undefined when it is not. */
  readonly coding: ContentCoding | undefined
  /** Why the body will not be read. */
  readonly refusal: Outcome | undefined
  /** `Accept-Encoding` of a refusal for the body's encoding. */
  readonly acceptedCodings: string | undefined
}

/** What admission needs to know of a face. */
export type AdmissionOptions = Pick<ResolvedOptions, 'maxRequestBytes' | 'isCompressionOn'>

/** Binds a route to its memory. */
export function inferenceRoute(info: RouteInfo): InferenceRoute {
  return { ...info, negotiate: createNegotiate(info) }
}

/** Reads a head for its route. */
export function admit(route: InferenceRoute, head: RequestHead, options: AdmissionOptions): Admission {
  const negotiated = route.negotiate(head.contentType, head.accept)
  const timeoutMs = head.timeout === '' ? undefined : parseTimeout(head.timeout)
  const priority = route.allowsPriority === true ? parsePriority(head.priority) : 'normal'
  const { coding, refusal: codingRefusal } = requestCodingOf(head.contentEncoding, options.isCompressionOn)
  const refusal =
    headRefusal(head, negotiated, timeoutMs) ??
    (priority === undefined ? badPriority(head.priority) : undefined) ??
    codingRefusal ??
    lengthRefusal(head, options)
  const isCodingRefused = refusal !== undefined && refusal === codingRefusal
  return {
    negotiated,
    timeoutMs,
    priority: priority ?? 'normal',
    coding,
    refusal,
    acceptedCodings: isCodingRefused ? acceptedCodings(options.isCompressionOn) : undefined,
  }
}

/** Headers that go with some refusals. */
export function addRefusalHeaders(answer: Answer, { acceptedCodings: codings }: Admission): void {
  if (answer.status === 405) answer.headers.push('allow', 'POST')
  if (codings !== undefined) answer.headers.push('accept-encoding', codings)
}

function headRefusal(
  head: RequestHead,
  negotiated: Negotiated,
  timeoutMs: number | undefined,
): Outcome | undefined {
  if (head.method !== 'POST') return refusals.notPost
  if (timeoutMs !== undefined && Number.isNaN(timeoutMs)) return badTimeout(head.timeout)
  return negotiated.refusal
}

/** Of the bytes as they are sent; what they decode to is counted later. */
function lengthRefusal({ contentLength }: RequestHead, options: AdmissionOptions): Outcome | undefined {
  return Number(contentLength) > options.maxRequestBytes ? refusals.tooLarge : undefined
}

/** NaN when it is no positive integer. */
function parseTimeout(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.NaN
}

/** Undefined when it is none. */
function parsePriority(text: string): Priority | undefined {
  return text === '' ? 'normal' : priorities.find((priority) => priority === text)
}

function badPriority(text: string): Outcome {
  const shown = text.slice(0, 40)
  return outcomeOf(new ClientError(`${PRIORITY_HEADER} must be ${priorities.join(', ')}, got ${shown}`))
}

function badTimeout(text: string): Outcome {
  const shown = text.slice(0, 40)
  return outcomeOf(
    new ClientError(`${TIMEOUT_HEADER} must be a positive integer in milliseconds, got ${shown}`),
  )
}
