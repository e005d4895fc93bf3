/** A model that takes batches of checked items: padded, packed, computed, watched for leaks. */

import { type Logger, type ReplicaReport, StartError } from '@mosec/core'
import { BatchSizes } from '@mosec/core/runtime'
import type { ModelInput, ModelOutput, TfjsModel } from '../backend/tfjs.ts'
import type { LoadedTfjs } from '../load-tfjs.ts'
import { checkPreparedItem, checkSentItem, type ItemSpec, type TensorArray, zeros } from './item-spec.ts'
import { fixedBatchSize, readItemSpec } from './model-input.ts'
import { ModelRunner } from './model-runner.ts'
import { batchTensor } from './pack.ts'
import { TensorGuard } from './tensor-guard.ts'

/** What a batch model is made of; the user's options and hooks may be undefined. */
export interface BatchModelOptions {
  readonly loaded: LoadedTfjs
  readonly model: TfjsModel
  readonly maxBatchSize: number
  readonly logger: Logger
  readonly report: ((report: ReplicaReport) => void) | undefined
  readonly inputShape: readonly number[] | undefined
  readonly preferredBatchSizes: readonly number[] | undefined
  readonly warmupBatchSizes: readonly number[] | undefined
  /** Prepared items to the model's input; items are packed when undefined. */
  readonly collate: ((items: unknown[]) => ModelInput) | undefined
  readonly predict: ((input: ModelInput) => ModelOutput | Promise<ModelOutput>) | undefined
}

/** One model, ready for batches. */
export class BatchModel {
  readonly #options: BatchModelOptions
  readonly #runner: ModelRunner
  readonly #guard: TensorGuard
  readonly #sizes: BatchSizes
  /** Undefined when `collate` builds the input. */
  readonly #spec: ItemSpec | undefined
  /** Most items of a batch; undefined when the model takes any number. */
  readonly largestBatch: number | undefined

  /** @throws StartError (`start_error`) when the model cannot be batched as asked. */
  constructor(options: BatchModelOptions) {
    const { model, loaded, logger, report, predict, collate, maxBatchSize, inputShape } = options
    const isPacked = collate === undefined
    this.#options = options
    this.largestBatch = isPacked ? fixedBatchSize(model, maxBatchSize) : undefined
    this.#sizes = new BatchSizes({
      maxBatchSize,
      logger,
      fixed: this.largestBatch,
      preferred: options.preferredBatchSizes,
      warmup: options.warmupBatchSizes,
    })
    this.#spec = isPacked ? readItemSpec(model, inputShape) : undefined
    this.#runner = new ModelRunner({ loaded, model, logger, ...(predict && { predict }) })
    this.#guard = new TensorGuard(logger, report)
  }

  /** An item as it came, when the model takes it. @throws ValidationError (`validation_error`) otherwise. */
  check(item: unknown): unknown {
    return this.#spec === undefined ? item : checkSentItem(item, this.#spec)
  }

  /** What `preprocess` gave, when the model takes it. @throws ValidationError or, for a wrong type, TypeError. */
  checkPrepared(prepared: unknown): unknown {
    return this.#spec === undefined ? prepared : checkPreparedItem(prepared, this.#spec)
  }

  /** The rows of the items that are good, the errors of the others; those never reach the model. */
  async compute(prepared: readonly unknown[]): Promise<(TensorArray | Error)[]> {
    const items = prepared.filter((item) => !(item instanceof Error))
    const rows = items.length === 0 ? [] : await this.#run(items)
    if (items.length === prepared.length) return rows
    let next = 0
    return prepared.map((item) =>
      item instanceof Error ? item : (rows[next++] ?? new Error('a row is missing')),
    )
  }

  /** Notes how many tensors the work leaves behind. */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    const { tf } = this.#options.loaded
    const tensorsBefore = tf.memory().numTensors
    try {
      return await work()
    } finally {
      this.#guard.note(tensorsBefore, tf.memory().numTensors)
    }
  }

  /**
   * Computes each size once.
   * @param sample a prepared item: what `collate` takes only the user's example can show; zeros do where items are packed.
   * @throws StartError (`start_error`) when the model fails.
   */
  async warmUp(sample: unknown): Promise<void> {
    const item = this.#spec === undefined ? sample : zeros(this.#spec, 1)
    if (item === undefined) return
    for (const size of this.#sizes.warmup) await this.#warmUpOnce(Array<unknown>(size).fill(item))
  }

  /** Frees the model. */
  dispose(): void {
    this.#options.model.dispose?.()
  }

  #run(items: readonly unknown[]): Promise<TensorArray[]> {
    const count = this.#sizes.padded(items.length)
    return this.#runner.run({ count, wanted: items.length }, () => this.#input(items, count))
  }

  #input(items: readonly unknown[], count: number): ModelInput {
    const { collate, loaded } = this.#options
    // Every item passed `check`.
    if (this.#spec !== undefined)
      return batchTensor(loaded.tf, items as TensorArray[], { spec: this.#spec, count })
    const filling = Array<unknown>(count - items.length).fill(items.at(-1))
    return collate?.([...items, ...filling]) ?? []
  }

  async #warmUpOnce(items: readonly unknown[]): Promise<void> {
    try {
      await this.#run(items)
    } catch (cause) {
      if (cause instanceof StartError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StartError(`the model fails in warm-up, with a batch of ${items.length}: ${reason}`, {
        cause,
      })
    }
  }
}
