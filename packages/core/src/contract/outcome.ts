/** How one task ended, as bytes ready for the client. */

import type { ErrorCode } from './errors.ts'
import { HttpError, MosecError } from './errors.ts'

/** `ok`, or the code of the error that ended the task. */
export type OutcomeCode = 'ok' | ErrorCode

/** The end of a task (or of its visit to one stage). */
export interface Outcome {
  readonly code: OutcomeCode
  /** The answer's body: encoded by the egress worker, or the error's text in UTF-8. */
  readonly bytes: Uint8Array
  /** Only with `http_error`: the status that the worker chose. */
  readonly httpStatus?: number
  /** Only with a refusal: when it is worth another try, in milliseconds; soon when left out. */
  readonly retryAfterMs?: number
  /**
   * Gives the memory of `bytes` back to whoever lent it, to be used again. Called once at most, when nobody looks at them
   * any more; one that is never called costs only that the memory is left to the garbage collector.
   */
  readonly release?: (() => void) | undefined
}

const utf8 = new TextEncoder()

/** An outcome with a fixed text, made once and shared. */
export function fixedOutcome(code: ErrorCode, text: string): Outcome {
  return Object.freeze({ code, bytes: utf8.encode(text) })
}

/** The outcome that an error stands for; its body is what the client reads. */
export function outcomeOf(error: MosecError): Outcome {
  const bytes = utf8.encode(error.body)
  return error instanceof HttpError
    ? { code: error.code, bytes, httpStatus: error.status }
    : { code: error.code, bytes }
}

/** The error that a failed outcome stands for, for callers in this process; its message is the answer's body. */
export function errorOf(outcome: Outcome & { readonly code: ErrorCode }): MosecError {
  const text = new TextDecoder().decode(outcome.bytes)
  return outcome.httpStatus === undefined
    ? new MosecError(outcome.code, '', text)
    : new HttpError(outcome.httpStatus, text)
}

/** The texts that Mosec's clients know, byte for byte. */
export const outcomes = Object.freeze({
  timeout: fixedOutcome('timeout', 'inference timeout'),
  inferenceError: fixedOutcome('inference_error', 'inference internal error'),
  workerCrashed: fixedOutcome('worker_crashed', 'worker crashed'),
  queueFull: fixedOutcome('queue_full', 'too many request: task queue is full'),
  overloaded: fixedOutcome('overloaded', 'overloaded: the answer would come too late'),
  shuttingDown: fixedOutcome('shutting_down', 'gracefully shutting down'),
  unavailable: fixedOutcome('unavailable', 'no replica is available, retry later'),
  drained: fixedOutcome('unavailable', 'this route is out of service for maintenance, retry later'),
  cancelled: fixedOutcome('cancelled', 'cancelled by the client'),
})
