/** Notices a worker that keeps tensors: they are never collected, so memory only grows. */

import type { Logger, ReplicaReport } from '@mosec/core'

const firstWarningBatches = 3

/** Counts the batches after which more tensors were alive than before. */
export class TensorGuard {
  readonly #logger: Logger
  readonly #report: ((report: ReplicaReport) => void) | undefined
  #growingBatches = 0
  #leaked = 0
  #warnAt = firstWarningBatches

  /** @param report told how many tensors there are, and how many of them were left behind. */
  constructor(logger: Logger, report?: (report: ReplicaReport) => void) {
    this.#logger = logger
    this.#report = report
  }

  /**
   * Notes one batch. Warns at the third that grew (one alone may be another worker of the process loading its model),
   * then each time their number has doubled.
   */
  note(tensorsBefore: number, tensorsAfter: number): void {
    const growth = Math.max(0, tensorsAfter - tensorsBefore)
    this.#leaked += growth
    this.#report?.({ gauges: { tensors: tensorsAfter, leaked_tensors: this.#leaked } })
    if (growth > 0) this.#warn(tensorsAfter)
  }

  #warn(tensors: number): void {
    this.#growingBatches += 1
    if (this.#growingBatches < this.#warnAt) return
    this.#warnAt *= 2
    this.#logger.warning('tensors are leaking: dispose what preprocess, predict and postprocess make', {
      leakedTensors: this.#leaked,
      growingBatches: this.#growingBatches,
      tensors,
    })
  }
}
