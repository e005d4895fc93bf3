/** Which batch sizes a model is given, so that each has been computed once before the replica is ready. */

import { StartError } from '../contract/errors.ts'
import type { Logger } from '../contract/logger.ts'

/** What the user and the model say about batch sizes. */
export interface BatchSizeOptions {
  readonly maxBatchSize: number
  readonly logger: Logger
  /** The only size that the model takes. */
  readonly fixed: number | undefined
  /** Sizes that batches are padded to. */
  readonly preferred: readonly number[] | undefined
  /** Sizes to compute before the replica is ready. */
  readonly warmup: readonly number[] | undefined
}

/** Items of the tensor, and those of them that are no padding. */
export interface BatchCount {
  readonly count: number
  readonly wanted: number
}

/** How batches are padded and warmed up. */
export class BatchSizes {
  /** To be computed once, ascending. */
  readonly warmup: readonly number[]
  readonly #preferred: readonly number[]

  /** @throws StartError when a size is none. Sizes that no batch has are warned of. */
  constructor({ maxBatchSize, logger, fixed, preferred = [], warmup }: BatchSizeOptions) {
    for (const [option, sizes = []] of Object.entries({
      preferredBatchSizes: preferred,
      warmupBatchSizes: warmup,
    })) {
      checkSizes(option, sizes)
      warnBeyond(option, sizes, { maxBatchSize, logger })
    }
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

// No error: `maxBatchSize` may be lowered while the server runs, and a replica that starts later must do so all the same.
function warnBeyond(
  option: string,
  sizes: readonly number[],
  { maxBatchSize, logger }: Pick<BatchSizeOptions, 'maxBatchSize' | 'logger'>,
): void {
  const beyond = sizes.filter((size) => size > maxBatchSize)
  if (beyond.length === 0) return
  logger.warning(
    `${option} has ${beyond.join(', ')}, and no batch has more than ${maxBatchSize} items: ` +
      'raise maxBatchSize, or take them out',
  )
}
