/** The one place that knows how each kind of worker wants to be called. */

import type { AnyWorker, ForwardContext } from '@mosec/core'

/** How a call is made and what it gives; the rest of the replica asks only these. */
export interface ForwardShape {
  /** `forward` takes one input, so that a batch is several calls. */
  readonly takesOne: boolean
  /** `forward` gives streams of events. */
  readonly isStream: boolean
  /** Calls `forward` and gives what it gives: a bare result when it takes one input, a list otherwise. */
  invoke(inputs: readonly unknown[], context: ForwardContext): unknown
}

/** The shape of this worker. */
export function forwardShape(worker: AnyWorker): ForwardShape {
  const takesOne = worker.kind === 'single' || worker.kind === 'stream'
  return {
    takesOne,
    isStream: worker.kind === 'stream' || worker.kind === 'batch-stream',
    invoke: takesOne
      ? (inputs, context) => worker.forward(inputs[0] as never, context)
      : (inputs, context) => worker.forward(inputs as never, context),
  }
}

/** A promise, or what `await` treats as one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
