/** What travels between an ingress process and the scheduler's: records of one head and a payload. */

import { type OutcomeCode, type Priority, priorities } from '@mosec/core'
import { FrameError } from '../frame-error.ts'

/** `kind u8 | tag u8 | word u16 | id u32 | left u16 | right u16 | number u32 | length u32`, big endian. */
export const RECORD_HEAD_BYTES = 20

/** Largest value of `number`. */
export const MAX_NUMBER = 0xffff_ffff

/** The first byte of a record. */
export const kinds = {
  /** tag: {@link packTag}; word: route; left and right: codecs; number: timeout in ms, 0 for none; payload: bytes. */
  submit: 1,
  /** The client left. */
  cancel: 2,
  /** number: credit for events, which the client's side has taken. */
  grant: 3,
  /** tag: index into `departures`; word: route; left: status; number: duration in us. Without an id. */
  answered: 4,
  /** The task passed the front door. */
  admitted: 5,
  /** payload: the event. */
  event: 6,
  /** tag: index into `codes`; word: HTTP status, 0 for none; number: retry-after in ms, 0 for none; payload: bytes. */
  settled: 7,
} as const

/** The head of a record. One that is handed out is good until the call returns: it is used again. */
export interface RecordHead {
  kind: number
  tag: number
  word: number
  id: number
  left: number
  right: number
  number: number
}

/** Most payload bytes by kind; a kind that is not there does not come from that side. */
export type PayloadLimits = ReadonlyMap<number, number>

const PRIORITY_BITS = 0b0011
const IN_PROCESS_BIT = 0b0100
const TELLS_ADMITTED_BIT = 0b1000

/** What a submission says beside its numbers, as one byte. @param tellsAdmitted whoever waits wants to know of that. */
export function packTag(priority: Priority, isInProcess: boolean, tellsAdmitted: boolean): number {
  return (
    priorities.indexOf(priority) |
    (isInProcess ? IN_PROCESS_BIT : 0) |
    (tellsAdmitted ? TELLS_ADMITTED_BIT : 0)
  )
}

/** @throws FrameError for a priority that is none, or a bit that means nothing. */
export function priorityOf(tag: number): Priority {
  const priority = priorities[tag & PRIORITY_BITS]
  if (priority === undefined || tag >= 2 * TELLS_ADMITTED_BIT)
    throw new FrameError('a known tag', String(tag))
  return priority
}

export const isInProcess = (tag: number): boolean => (tag & IN_PROCESS_BIT) !== 0
export const tellsAdmitted = (tag: number): boolean => (tag & TELLS_ADMITTED_BIT) !== 0

const codeNumbers: Readonly<Record<OutcomeCode, number>> = {
  ok: 0,
  bad_request: 1,
  decoding_error: 2,
  validation_error: 3,
  timeout: 4,
  stage_timeout: 5,
  server_error: 6,
  encoding_error: 7,
  inference_error: 8,
  worker_crashed: 9,
  queue_full: 10,
  overloaded: 11,
  shutting_down: 12,
  unavailable: 13,
  cancelled: 14,
  http_error: 15,
  configuration_error: 16,
  start_error: 17,
}

const codesByNumber = Object.entries(codeNumbers)
  .sort(([, one], [, other]) => one - other)
  .map(([code]) => code as OutcomeCode)

export const numberOfCode = (code: OutcomeCode): number => codeNumbers[code]

/** @throws FrameError when it stands for none. */
export function codeOfNumber(number: number): OutcomeCode {
  const code = codesByNumber[number]
  if (code !== undefined) return code
  throw new FrameError("an outcome's number", String(number))
}

/** `undefined` stands for a client that stayed. */
export const departures = [undefined, 'reading', 'answering'] as const
