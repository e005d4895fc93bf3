/** A task for callers in this process: a value in, a value out, no HTTP and no codec. */

import { errorOf, type Outcome, type Priority, type Submitter, type TaskHandle } from '@mosec/core'
import type { Blueprint } from '../blueprint.ts'
import { routeForm } from './route-form.ts'

/** Options of `server.submit`. */
export interface SubmitOptions {
  /** Cancels the task when aborted; `submit` rejects with its reason. */
  readonly signal?: AbortSignal
  /** Shortens the service timeout for this task, in milliseconds. */
  readonly timeoutMs?: number
  /** How urgent it is among the tasks of its route; `normal` when left out. */
  readonly priority?: Priority
}

/** Where values go in. */
export interface InProcessService {
  readonly scheduler: Submitter
  readonly blueprint: Blueprint
}

/** A task whose bytes are in the form that stages hand each other. */
export interface BytesRequest {
  readonly route: string
  readonly bytes: Uint8Array
  /** Takes the events of a stream. */
  readonly event?: (bytes: Uint8Array) => boolean | undefined
}

/**
 * Sends a value through a route and gives the egress worker's result.
 * @throws MosecError with the code and the text that an HTTP client would get; the signal's reason when it is aborted.
 */
export async function submitValue(
  { scheduler, blueprint }: InProcessService,
  { route, value }: { readonly route: string; readonly value: unknown },
  options: SubmitOptions,
): Promise<unknown> {
  const { encode, decode } = await routeForm(blueprint, route)
  return decode(await submitBytes(scheduler, { route, bytes: encode(value) }, options))
}

/** The same for bytes as they are. @throws as {@link submitValue} does. */
export function submitBytes(
  submitter: Submitter,
  { route, bytes, event }: BytesRequest,
  { signal, timeoutMs, priority = 'normal' }: SubmitOptions,
): Promise<Uint8Array> {
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
      else resolve(outcome.bytes)
    }
    signal?.addEventListener('abort', abort)
    handle = submitter.submit({
      route,
      bytes,
      requestCodec: 0,
      responseCodec: 0,
      isInProcess: true,
      priority,
      sink: event === undefined ? { settled } : { settled, event },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  })
}

type Failure = Parameters<typeof errorOf>[0]

const isFailure = (outcome: Outcome): outcome is Failure => outcome.code !== 'ok'
