/** What a batch of n tasks costs on this stage: a + b*n, learned from the batches that came back. */

/** Weight that an observation keeps when the next one comes: about the last 30 count. */
const DECAY = 0.97
/** Below this spread of batch sizes the two costs cannot be told apart. */
const MIN_VARIANCE = 0.05

/**
 * Least squares over the recent past, by exponentially decaying sums; constant cost and memory per observation.
 * While all batches have one size, everything is booked as cost per item, so that nobody waits for a guess.
 */
export class CostModel {
  #weight = 0
  #size = 0
  #ms = 0
  #sizeSize = 0
  #sizeMs = 0
  #fixedMs = 0
  #itemMs = 0

  /** `a`: cost of a batch whatever its size, in milliseconds; 0 while unknown. */
  get fixedMs(): number {
    return this.#fixedMs
  }

  /** `b`: cost of each task in a batch, in milliseconds; 0 while unknown. */
  get itemMs(): number {
    return this.#itemMs
  }

  /** False until the first batch came back. */
  get isKnown(): boolean {
    return this.#weight > 0
  }

  /** Expected cost of a batch, in milliseconds. */
  costMs(size: number): number {
    return this.#fixedMs + this.#itemMs * size
  }

  /** A batch of `size` tasks took `ms` milliseconds of its replica. */
  observe(size: number, ms: number): void {
    this.#weight = this.#weight * DECAY + 1
    this.#size = this.#size * DECAY + size
    this.#ms = this.#ms * DECAY + ms
    this.#sizeSize = this.#sizeSize * DECAY + size * size
    this.#sizeMs = this.#sizeMs * DECAY + size * ms
    this.#fit()
  }

  #fit(): void {
    const meanSize = this.#size / this.#weight
    const meanMs = this.#ms / this.#weight
    const variance = this.#sizeSize / this.#weight - meanSize * meanSize
    const covariance = this.#sizeMs / this.#weight - meanSize * meanMs
    const slope = variance < MIN_VARIANCE ? meanMs / meanSize : covariance / variance
    this.#itemMs = Math.min(Math.max(0, slope), meanMs / meanSize)
    this.#fixedMs = Math.max(0, meanMs - this.#itemMs * meanSize)
  }
}
