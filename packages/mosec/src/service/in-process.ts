/** A task for callers in this process: a value in, a value out, no HTTP and no codec. */

import { deserialize, serialize } from 'node:v8'
import { errorOf, type Outcome, type Submitter, type TaskHandle } from '@mosec/core'

/** Options of `server.submit`. */
export interface SubmitOptions {
  /** Cancels the task when aborted; `submit` rejects with its reason. */
  readonly signal?: AbortSignal
  /** Shortens the service timeout for this task, in milliseconds. */
  readonly timeoutMs?: number
}

/**
 * Sends a value through a route and gives the egress worker's result.
 * @throws MosecError with the code and the text that an HTTP client would get; the signal's reason when it is aborted.
 */
export function submitValue(
  submitter: Submitter,
  request: { readonly route: string; readonly value: unknown },
  options: SubmitOptions,
): Promise<unknown> {
  const { signal, timeoutMs } = options
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    let handle: TaskHandle | undefined
    const abort = () => {
      if (handle !== undefined) submitter.cancel(handle)
    }
    const settled = (outcome: Outcome) => {
      signal?.removeEventListener('abort', abort)
      if (signal?.aborted === true) reject(signal.reason)
      else if (isFailure(outcome)) reject(errorOf(outcome))
      else resolve(deserialize(outcome.bytes))
    }
    signal?.addEventListener('abort', abort)
    handle = submitter.submit({
      route: request.route,
      bytes: serialize(request.value),
      requestCodec: 0,
      responseCodec: 0,
      isInProcess: true,
      sink: { settled },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  })
}

type Failure = Parameters<typeof errorOf>[0]

const isFailure = (outcome: Outcome): outcome is Failure => outcome.code !== 'ok'
