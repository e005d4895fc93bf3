/** A loaded model that computes whole batches of checked items. */

import { StartError } from '@mosec/core'
import type { BatchSizes } from '@mosec/core/runtime'
import type { ModelInput } from '../model/model-input.ts'
import type { OnnxFeeds, Ort } from '../session/ort.ts'
import { emptyArray } from './element-type.ts'
import { checkPreparedItem, checkSentItem, type ItemSpec, type ShapedValues, sizeOf } from './item-spec.ts'
import { batchTensor, groupByShape } from './pack.ts'
import { type OutputRows, type RunnableModel, runModel } from './run-model.ts'

/** What it needs: either `collate` makes the inputs, or `input` says how items are packed. */
export interface BatchModelOptions {
  readonly ort: Ort
  readonly runnable: RunnableModel
  readonly input: ModelInput | undefined
  readonly collate: ((items: unknown[]) => OnnxFeeds) | undefined
  readonly sizes: BatchSizes
}

/** One model in one session. */
export class BatchModel {
  readonly #options: BatchModelOptions

  constructor(options: BatchModelOptions) {
    this.#options = options
  }

  /**
   * An item as it came, as the model takes it.
   * @throws ValidationError (`validation_error`) when it is something else.
   */
  check(item: unknown): unknown {
    const { input } = this.#options
    return input === undefined ? item : checkSentItem(item, input.spec)
  }

  /**
   * What `preprocess` gave, as the model takes it.
   * @throws ValidationError (`validation_error`), or TypeError when its type is wrong, which is no client's doing.
   */
  checkPrepared(prepared: unknown): unknown {
    const { input } = this.#options
    return input === undefined ? prepared : checkPreparedItem(prepared, input.spec)
  }

  /** The rows of the items that are good, the errors of the others. */
  async compute(prepared: readonly unknown[]): Promise<(OutputRows | Error)[]> {
    const items = prepared.filter((item) => !(item instanceof Error))
    const rows = await this.#run(items)
    if (items.length === prepared.length) return rows
    let next = 0
    return prepared.map((item) =>
      item instanceof Error ? item : (rows[next++] ?? new Error('a row is missing')),
    )
  }

  /**
   * Computes a batch of each size once, of zeros where the shape is known and of `sample` elsewhere; without one, nothing.
   * @throws StartError (`start_error`) when the model fails.
   */
  async warmUp(sample: unknown): Promise<void> {
    const { input, sizes } = this.#options
    const item = (input && zerosOf(input.spec)) ?? sample
    if (item === undefined) return
    for (const size of sizes.warmup) await this.#warmUpOnce(Array(size).fill(item))
  }

  /** Frees the model's memory. */
  release(): Promise<void> {
    return this.#options.runnable.session.release()
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

  async #run(items: readonly unknown[]): Promise<OutputRows[]> {
    const { ort, input, collate } = this.#options
    if (collate !== undefined) return this.#runFilled(items, collate)
    if (input === undefined) throw new Error('neither collate nor an input is there')
    const { name, spec } = input
    const makeFeeds = (filled: ShapedValues[]): OnnxFeeds => ({ [name]: batchTensor(ort, filled, spec.type) })
    const rows: OutputRows[] = []
    // Every item has passed check().
    for (const { items: alike, places } of groupByShape(items as ShapedValues[])) {
      const groupRows = await this.#runFilled(alike, makeFeeds)
      if (alike.length === items.length) return groupRows
      places.forEach((place, n) => {
        rows[place] = groupRows[n] ?? {}
      })
    }
    return rows
  }

  async #runFilled<T>(items: readonly T[], makeFeeds: (items: T[]) => OnnxFeeds): Promise<OutputRows[]> {
    if (items.length === 0) return []
    const { runnable, sizes } = this.#options
    const count = sizes.padded(items.length)
    return runModel(runnable, makeFeeds(filledUp(items, count)), { count, wanted: items.length })
  }
}

/** A copy of an item is a value that the model takes for sure, which zeros need not be. */
function filledUp<T>(items: readonly T[], size: number): T[] {
  const missing = size - items.length
  if (missing === 0) return [...items]
  return [...items, ...items.slice(-1).flatMap((last) => Array<T>(missing).fill(last))]
}

function zerosOf({ shape, type }: ItemSpec): ShapedValues | undefined {
  const fixed = shape.filter((length) => length !== null)
  if (fixed.length < shape.length) return undefined
  return { data: emptyArray(type, sizeOf(fixed)), shape: fixed }
}
