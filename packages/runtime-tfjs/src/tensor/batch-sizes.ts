/** Which batch sizes a model is given, so that each has been computed once before the replica is ready. */

import { StartError } from '@mosec/core'

/** What the user and the model say about batch sizes. */
export interface BatchSizeOptions {
  readonly maxBatchSize: number
  /** The only size that the model takes. */
  readonly fixed: number | undefined
  /** Sizes that batches are padded to. */
  readonly preferred: readonly number[] | undefined
  /** Sizes to compute before the replica is ready. */
  readonly warmup: readonly number[] | undefined
}

/** How batches are padded and warmed up. */
export class BatchSizes {
  /** To be computed once, ascending. */
  readonly warmup: readonly number[]
  readonly #preferred: readonly number[]

  /** @throws StartError when a size is none. */
  constructor({ maxBatchSize, fixed, preferred = [], warmup }: BatchSizeOptions) {
    checkSizes('preferredBatchSizes', preferred)
    checkSizes('warmupBatchSizes', warmup ?? [])
    this.#preferred = ascending(fixed === undefined ? preferred : [fixed])
    const used = this.#preferred.filter((size) => size <= this.padded(maxBatchSize))
    const wanted = warmup ?? (used.length > 0 ? [...used, maxBatchSize] : [1, maxBatchSize])
    this.warmup = ascending(wanted.map((size) => this.padded(size)))
  }

  /** The size that a batch of `count` is computed in: the next preferred one, or its own beyond the largest. */
  padded(count: number): number {
    return this.#preferred.find((size) => size >= count) ?? count
  }
}

const ascending = (sizes: readonly number[]): number[] => [...new Set(sizes)].sort((a, b) => a - b)

function checkSizes(option: string, sizes: readonly number[]): void {
  const wrong = sizes.find((size) => !Number.isInteger(size) || size < 1)
  if (wrong !== undefined) throw new StartError(`${option} takes integers of at least 1, got ${wrong}`)
}
