/** A TensorFlow.js model as a worker. */

import {
  type Awaitable,
  type BatchResult,
  BatchWorker,
  type ForwardContext,
  StartError,
  type WorkerContext,
} from '@mosec/core'
import type { BackendName, ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import { loadTfjs } from './load-tfjs.ts'
import { settleEach } from './settle-each.ts'
import { checkItem, type ItemSpec, type TensorArray, type TensorValues, zeros } from './tensor/item-spec.ts'
import { checkBatchDimension, readItemSpec } from './tensor/model-input.ts'
import { ModelRunner } from './tensor/model-runner.ts'
import { batchTensor } from './tensor/pack.ts'
import { TensorGuard } from './tensor/tensor-guard.ts'

/**
 * Serves a TensorFlow.js model: say how to load it and what to make of a row of its output. The rest is done here: the best
 * backend, one tensor for each batch, items that fail alone, warm-up, and no tensor left behind.
 *
 * It has no codec, since a model stage mostly sits between others; add one with a mixin where it does not.
 *
 * @typeParam Prepared what `preprocess` makes of an item, for `collate`.
 *
 * @example
 * export default class Classify extends TfjsWorker<Float32Array, number> {
 *   override load(tf: Tfjs) {
 *     return tf.loadLayersModel(fileModel(new URL('./model.json', import.meta.url)))
 *   }
 *   override postprocess(row: TensorArray) {
 *     return row.indexOf(Math.max(...row))
 *   }
 * }
 */
export abstract class TfjsWorker<
  In = TensorValues,
  Out = TensorArray,
  Prepared = TensorValues,
> extends BatchWorker<In, Out> {
  /** Acceptable backends, the most wanted first; all of them when unset. */
  backends?: readonly BackendName[]
  /** Shape of one item, without the batch dimension; read from the model when unset. */
  inputShape?: readonly number[]
  /** Batch sizes to compute once before the replica is ready; 1 and the largest when unset. */
  warmupBatchSizes?: readonly number[]

  #model: ReadyModel | undefined

  /** Loads the model; called once, with the backend active. */
  abstract load(tf: Tfjs): Awaitable<TfjsModel>

  /** One item to the model's values, the item itself when unset. A throw fails this item alone. */
  preprocess?(item: In): Awaitable<Prepared>

  /** A batch to the model's input, for ragged or several inputs; packs equal items into one tensor when unset. */
  collate?(items: Prepared[], tf: Tfjs): ModelInput

  /** Runs the model and returns one tensor; the model's `predict` or `executeAsync` when unset. */
  predict?(model: TfjsModel, input: ModelInput, tf: Tfjs): Awaitable<ModelOutput>

  /** One item's row of the output (a view into the batch's) to its result. A throw fails this item alone. */
  abstract postprocess(row: TensorArray, item: In): Awaitable<Out>

  /**
   * Chooses the backend, loads the model and warms it up.
   * @throws StartError (`start_error`) when there is no backend, the model does not load, or it cannot be batched.
   */
  override async setup(context: WorkerContext): Promise<void> {
    const { logger } = context
    const loaded = await loadTfjs({ ...(this.backends && { backends: this.backends }), logger })
    const model = await this.load(loaded.tf)
    if (this.collate === undefined) checkBatchDimension(model, context.maxBatchSize)
    const predict = this.predict?.bind(this)
    const runner = new ModelRunner({
      loaded,
      model,
      logger,
      ...(predict && { predict: (input) => predict(model, input, loaded.tf) }),
    })
    const spec = this.collate === undefined ? readItemSpec(model, this.inputShape) : undefined
    this.#model = { tf: loaded.tf, model, runner, spec, guard: new TensorGuard(logger) }
    await this.#warmUp(this.warmupBatchSizes ?? [1, context.maxBatchSize])
  }

  /** One outcome per item; items that `preprocess` refuses never reach the model. */
  override async forward(inputs: In[], _context?: ForwardContext): Promise<BatchResult<Out>> {
    const { tf, guard } = this.#ready()
    const tensorsBefore = tf.memory().numTensors
    try {
      const prepared = await settleEach(inputs, (item) => this.#prepare(item))
      const rows = await this.#compute(prepared)
      return await settleEach(inputs, (item, index) => {
        const row = rows[index]
        if (row === undefined || row instanceof Error) throw row
        return this.postprocess(row, item)
      })
    } finally {
      guard.note(tensorsBefore, tf.memory().numTensors)
    }
  }

  /** Frees the model. */
  override teardown(): void {
    const model = this.#model?.model
    this.#model = undefined
    if (model !== undefined && canDispose(model)) model.dispose()
  }

  async #prepare(item: In): Promise<unknown> {
    const { spec } = this.#ready()
    const prepared = this.preprocess === undefined ? item : await this.preprocess(item)
    return spec === undefined ? prepared : checkItem(prepared, spec)
  }

  // The rows of the items that are good, the errors of the others.
  async #compute(prepared: readonly unknown[]): Promise<(TensorArray | Error)[]> {
    const items = prepared.filter((item) => !(item instanceof Error))
    const rows = items.length === 0 ? [] : await this.#run(items)
    let next = 0
    return prepared.map((item) =>
      item instanceof Error ? item : (rows[next++] ?? new Error('a row is missing')),
    )
  }

  #run(items: readonly unknown[]): Promise<TensorArray[]> {
    const { tf, runner, spec } = this.#ready()
    return runner.run(items.length, () => {
      // Both casts state what #prepare has made of every item: a checked array, or what preprocess returns.
      if (this.collate !== undefined) return this.collate(items as Prepared[], tf)
      if (spec === undefined) throw new Error('collate was there during setup and is gone')
      return batchTensor(tf, items as TensorArray[], spec)
    })
  }

  async #warmUp(batchSizes: readonly number[]): Promise<void> {
    const [sample] = this.example ?? this.examples?.[0] ?? []
    for (const size of new Set(batchSizes)) {
      const items = await this.#warmUpItems(size, sample)
      if (items !== undefined) await this.#warmUpOnce(items)
    }
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

  // Zeros do where items are packed; what collate takes only the user's example can show.
  async #warmUpItems(size: number, sample: In | undefined): Promise<unknown[] | undefined> {
    const { spec } = this.#ready()
    if (spec !== undefined) return Array.from({ length: size }, () => zeros(spec, 1))
    if (sample === undefined) return undefined
    return Promise.all(Array.from({ length: size }, () => this.#prepare(sample)))
  }

  #ready(): ReadyModel {
    if (this.#model !== undefined) return this.#model
    throw new Error(`${this.constructor.name} computes only between setup and teardown`)
  }
}

/** What `setup` leaves for `forward`. */
interface ReadyModel {
  readonly tf: Tfjs
  readonly model: TfjsModel
  readonly runner: ModelRunner
  /** Unset when `collate` builds the input. */
  readonly spec: ItemSpec | undefined
  readonly guard: TensorGuard
}

function canDispose(model: object): model is { dispose(): unknown } {
  return 'dispose' in model
}
