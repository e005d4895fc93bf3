/** The one home of error code -> HTTP status. */

import { STATUS_CODES } from 'node:http'
import type { Outcome, OutcomeCode } from '@mosec/core'

const statuses: Readonly<Record<Exclude<OutcomeCode, 'http_error'>, number>> = {
  ok: 200,
  bad_request: 400,
  decoding_error: 400,
  validation_error: 422,
  timeout: 408,
  stage_timeout: 408,
  server_error: 500,
  encoding_error: 500,
  inference_error: 500,
  worker_crashed: 500,
  queue_full: 429,
  overloaded: 503,
  shutting_down: 503,
  unavailable: 503,
  cancelled: 499,
  configuration_error: 500,
  start_error: 500,
}

/** HTTP status of an outcome. 499 (the client left) is for metrics: nobody is there to read it. */
export function statusOf(outcome: Outcome): number {
  if (outcome.code !== 'http_error') return statuses[outcome.code]
  const status = outcome.httpStatus ?? 500
  return status >= 400 && status <= 599 ? status : 500
}

/** Words of a status line. Node still has the old name of 422. */
export function statusText(status: number): string {
  return status === 422 ? 'Unprocessable Content' : (STATUS_CODES[status] ?? 'Error')
}
