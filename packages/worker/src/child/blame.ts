/** What a client reads of an error, and what the log keeps. */

import { type ErrorCode, type Logger, MosecError, type Outcome, outcomeOf, outcomes } from '@mosec/core'

/** Where in a task's life the error was thrown, as the log names it. */
export type TaskPhase = 'deserialize' | 'validate' | 'bucketBy' | 'cost' | 'forward' | 'serialize'

/** Decides for one worker. */
export type Blame = (error: unknown, phase: TaskPhase) => Outcome

/** Errors for whoever runs the server; their texts are not for clients. */
const INTERNAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['configuration_error', 'start_error'])

/** What is wrong with a request is said in words that may quote it, and requests belong in no log. */
const QUOTING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bad_request',
  'decoding_error',
  'validation_error',
  'http_error',
])

/** A `MosecError` is the client's to read; of anything else the client learns only that it happened. */
export function createBlame(workerName: string, logger: Logger): Blame {
  return (error, phase) => {
    if (error instanceof MosecError && !INTERNAL.has(error.code)) {
      logger.debug(`${workerName}.${phase}: ${QUOTING.has(error.code) ? error.code : error.body}`)
      return outcomeOf(error)
    }
    logger.error(`${workerName}.${phase} threw`, { error })
    return outcomes.inferenceError
  }
}
