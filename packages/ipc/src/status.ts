/** The one home of error code <-> wire status: which flag a reply's frame carries, and what a flag means. */

import type { OutcomeCode, Reply } from '@mosec/core'
import { FrameError } from './frame-error.ts'

/** The flag bits of a reply, as Mosec defines them (`protocol.py`, `HTTPStatusCode`). */
export const flags = Object.freeze({
  ok: 1,
  badRequest: 2,
  validation: 4,
  internal: 8,
  timeout: 16,
  streamEvent: 32768,
})

/** What all items of one reply frame share. */
export type WireStatus = Pick<Reply, 'code' | 'httpStatus' | 'isEvent'>

const flagOfCode: Readonly<Record<OutcomeCode, number>> = {
  ok: flags.ok,
  bad_request: flags.badRequest,
  decoding_error: flags.badRequest,
  validation_error: flags.validation,
  timeout: flags.timeout,
  stage_timeout: flags.timeout,
  server_error: flags.internal,
  encoding_error: flags.internal,
  inference_error: flags.internal,
  worker_crashed: flags.internal,
  queue_full: flags.internal,
  overloaded: flags.internal,
  shutting_down: flags.internal,
  unavailable: flags.internal,
  cancelled: flags.internal,
  http_error: flags.internal,
  configuration_error: flags.internal,
  start_error: flags.internal,
}

/** In Mosec's order: its parent takes the first bit that is set. */
const statusOfBit: readonly (readonly [bit: number, status: WireStatus])[] = [
  [flags.ok, { code: 'ok' }],
  [flags.badRequest, { code: 'bad_request' }],
  [flags.validation, { code: 'validation_error' }],
  [flags.timeout, { code: 'stage_timeout' }],
  [flags.streamEvent, { code: 'ok', isEvent: true }],
  [flags.internal, { code: 'inference_error' }],
]

/** An `http_error` keeps its status in the bits 5 to 14, which Mosec leaves unused. */
const HTTP_STATUS_SHIFT = 5
const HTTP_STATUS_MASK = 0x3ff

/** The flag of the frame that a reply travels in. */
export function flagOf(reply: WireStatus): number {
  if (reply.isEvent === true) return flags.streamEvent
  if (reply.httpStatus === undefined || reply.code !== 'http_error') return flagOfCode[reply.code]
  const family = reply.httpStatus < 500 ? flags.badRequest : flags.internal
  return ((reply.httpStatus & HTTP_STATUS_MASK) << HTTP_STATUS_SHIFT) | family
}

/**
 * What a reply frame's flag says.
 * @throws FrameError when it has none of the known bits.
 */
export function statusOf(flag: number): WireStatus {
  const known = statusOfBit.find(([bit]) => (flag & bit) !== 0)
  if (known === undefined) {
    throw new FrameError('a reply flag with one of the bits 1, 2, 4, 8, 16, 32768', String(flag))
  }
  const [bit, status] = known
  if (bit !== flags.badRequest && bit !== flags.internal) return status
  const httpStatus = (flag >> HTTP_STATUS_SHIFT) & HTTP_STATUS_MASK
  // A number that is no error status means nothing to us, so the family speaks, as it does to Mosec.
  return httpStatus >= 400 && httpStatus < 600 ? { code: 'http_error', httpStatus } : status
}

/** What a reply says when it comes out of a socket; said alike where nothing is written, so that no answer differs. */
export function asOnTheWire(reply: WireStatus): WireStatus {
  return reply.code === 'ok' ? reply : statusOf(flagOf(reply))
}

/** Largest time budget that fits the flag of a parent's frame, in milliseconds. */
const MAX_BUDGET_MS = 0xffff

/** The flag of a parent's frame, which Mosec leaves 0: the time left, rounded up; 0 is "unknown, or more than fits". */
export function flagOfBudget(budgetMs: number): number {
  const wholeMs = Math.ceil(budgetMs)
  return wholeMs > 0 && wholeMs <= MAX_BUDGET_MS ? wholeMs : 0
}
