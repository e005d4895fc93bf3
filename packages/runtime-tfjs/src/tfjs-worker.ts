/** A TensorFlow.js model as a worker. */

import {
  type Awaitable,
  type BatchResult,
  BatchWorker,
  type ForwardContext,
  type WorkerContext,
} from '@mosec/core'
import { settleEach } from '@mosec/core/runtime'
import type { BackendName, ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import { useBackend } from './backend/use-backend.ts'
import type { LoadedTfjs } from './load-tfjs.ts'
import { checkModel } from './model/check-model.ts'
import { BatchModel } from './tensor/batch-model.ts'
import type { ItemValues, TensorArray, TensorValues } from './tensor/item-spec.ts'

/**
 * Serves a TensorFlow.js model: say how to load it and what to make of a row of its output. The rest is done here: the best
 * backend, one tensor for each batch, items that fail alone, warm-up, and no tensor left behind.
 *
 * It has no codec, since a model stage mostly sits between others; add one with a mixin where it does not. For a few lines,
 * `tfjsWorker({ load, postprocess })` makes such a class.
 *
 * @typeParam Prepared what `preprocess` makes of an item, for `collate`.
 * @typeParam Model what `load` gives, for `predict`: `tf.GraphModel`, say.
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
  In = ItemValues,
  Out = TensorArray,
  Prepared = TensorValues,
  Model extends TfjsModel = TfjsModel,
> extends BatchWorker<In, Out> {
  override blocksEventLoop = true
  /** Acceptable backends, the most wanted first; all of them when unset. */
  backends?: readonly BackendName[]
  /** Shape of one item, without the batch dimension; read from the model when unset. */
  inputShape?: readonly number[]
  /**
   * Batches are filled up to the next of these sizes: webgpu and CUDA compile and tune for each shape anew, so that few
   * shapes are faster than few items.
   */
  preferredBatchSizes?: readonly number[]
  /** Batch sizes to compute once before the replica is ready; the preferred ones, or 1, and the largest when unset. */
  warmupBatchSizes?: readonly number[]

  #model: BatchModel | undefined

  /** Loads the model, with a backend active; again with the next one where it turns out not to run on the first. */
  abstract load(tf: Tfjs): Awaitable<Model>

  /**
   * One item to the model's values; a throw fails this item alone. When unset, the item itself, which may then also be
   * plain numbers, nested or flat, as JSON carries them.
   */
  preprocess?(item: In): Awaitable<Prepared>

  /** A batch to the model's input, for ragged or several inputs; packs equal items into one tensor when unset. */
  collate?(items: Prepared[], tf: Tfjs): ModelInput

  /** Runs the model and returns one tensor; the model's `predict` or `executeAsync` when unset. */
  predict?(model: Model, input: ModelInput, tf: Tfjs): Awaitable<ModelOutput>

  /** One item's row of the output (a view into the batch's) to its result. A throw fails this item alone. */
  abstract postprocess(row: TensorArray, item: In): Awaitable<Out>

  /**
   * Chooses the backend, loads the model and warms it up.
   * @throws StartError (`start_error`) when there is no backend, the model does not load, or it cannot be batched.
   */
  override async setup(context: WorkerContext): Promise<void> {
    const { logger } = context
    await useBackend({ ...(this.backends && { backends: this.backends }), logger }, async (loaded) => {
      this.#model = await this.#open(loaded, context)
      const { largestBatch } = this.#model
      if (largestBatch !== undefined) this.largestBatch = largestBatch
      try {
        await this.#model.warmUp(await this.#sample())
        context.report?.({ runtime: { runtime: 'tfjs', backend: loaded.backend } })
      } catch (error) {
        this.teardown()
        throw error
      }
    })
  }

  /** One outcome per item; items that `preprocess` refuses never reach the model. */
  override async forward(inputs: In[], _context?: ForwardContext): Promise<BatchResult<Out>> {
    const model = this.#ready()
    return model.guarded(async () => {
      const prepared = await settleEach(inputs, (item) => this.#prepare(item))
      const rows = await model.compute(prepared)
      return settleEach(inputs, (item, index) => {
        const row = rows[index]
        if (row === undefined || row instanceof Error) throw row
        return this.postprocess(row, item)
      })
    })
  }

  /** Frees the model. */
  override teardown(): void {
    const model = this.#model
    this.#model = undefined
    model?.dispose()
  }

  async #open(loaded: LoadedTfjs, { maxBatchSize, logger, report }: WorkerContext): Promise<BatchModel> {
    const { tf } = loaded
    const { collate, predict, inputShape, preferredBatchSizes, warmupBatchSizes } = this
    const model = await this.load(tf)
    checkModel(model, tf, logger)
    return new BatchModel({
      loaded,
      model,
      maxBatchSize,
      inputShape,
      preferredBatchSizes,
      warmupBatchSizes,
      logger,
      report,
      // What comes is what preprocess gave.
      collate: collate && ((items) => collate.call(this, items as Prepared[], tf)),
      predict: predict && ((input) => predict.call(this, model, input, tf)),
    })
  }

  async #sample(): Promise<unknown> {
    const [sample] = this.example ?? this.examples?.[0] ?? []
    return sample === undefined ? undefined : this.#prepare(sample)
  }

  // Not async: a promise for each item costs more than the check.
  #prepare(item: In): Awaitable<unknown> {
    const model = this.#ready()
    if (this.preprocess === undefined) return model.check(item)
    const prepared: unknown = this.preprocess(item)
    return prepared instanceof Promise
      ? prepared.then((value) => model.checkPrepared(value))
      : model.checkPrepared(prepared)
  }

  #ready(): BatchModel {
    if (this.#model !== undefined) return this.#model
    throw new Error(`${this.constructor.name} computes only between setup and teardown`)
  }
}
