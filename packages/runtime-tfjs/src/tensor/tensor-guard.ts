/** Notices a worker that keeps tensors: they are never collected, so memory only grows. */

import type { Logger } from '@mosec/core'

const firstWarningBatches = 3

/** Counts the batches after which more tensors were alive than before. */
export class TensorGuard {
  readonly #logger: Logger
  #growingBatches = 0
  #leaked = 0
  #warnAt = firstWarningBatches

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Tensors that were kept since the start. */
  get leaked(): number {
    return this.#leaked
  }

  /**
   * Notes one batch. Warns at the third that grew (one alone may be another worker of the process loading its model),
   * then each time their number has doubled.
   */
  note(tensorsBefore: number, tensorsAfter: number): void {
    const growth = tensorsAfter - tensorsBefore
    if (growth <= 0) return
    this.#leaked += growth
    this.#growingBatches += 1
    if (this.#growingBatches < this.#warnAt) return
    this.#warnAt *= 2
    this.#logger.warning('tensors are leaking: dispose what preprocess, predict and postprocess make', {
      leakedTensors: this.#leaked,
      growingBatches: this.#growingBatches,
      tensors: tensorsAfter,
    })
  }
}
