/** What one call of `forward` is told; its signal is made only when the worker looks at it. */

import type { ForwardContext, Logger, ReplicaReport, WorkerContext } from '@mosec/core'

const ignore = (): void => {}

/** The context of one call. An `AbortController` costs a microsecond that most calls need not pay. */
export class CallContext implements ForwardContext {
  readonly stage: string
  readonly replica: number
  readonly maxBatchSize: number
  readonly logger: Logger
  readonly report: (report: ReplicaReport) => void
  readonly deadlineMs: number
  #controller: AbortController | undefined
  #isAborted = false
  #reason: unknown

  constructor(worker: WorkerContext, deadlineMs: number) {
    this.stage = worker.stage
    this.replica = worker.replica
    this.maxBatchSize = worker.maxBatchSize
    this.logger = worker.logger
    this.report = worker.report ?? ignore
    this.deadlineMs = deadlineMs
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#isAborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** Aborts the signal, also one that is looked at later; the first reason counts. */
  abort(reason?: unknown): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}
