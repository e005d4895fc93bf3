/** An ONNX model as a worker. */

import {
  type Awaitable,
  type BatchResult,
  BatchWorker,
  type ForwardContext,
  type WorkerContext,
} from '@mosec/core'
import { BatchSizes, settleEach } from '@mosec/core/runtime'
import { loadOnnx } from './load-onnx.ts'
import { checkBatchDimension, readModelInput } from './model/model-input.ts'
import { type OnnxModelSource, openSession } from './model/open-session.ts'
import type {
  OnnxFeeds,
  OnnxOutputs,
  OnnxSession,
  OnnxSessionOptions,
  OnnxTensor,
  Ort,
  ProviderName,
} from './session/ort.ts'
import { BatchModel } from './tensor/batch-model.ts'
import type { OnnxArray } from './tensor/element-type.ts'
import type { ItemValues, OnnxValues } from './tensor/item-spec.ts'
import { chosenOutputs, type OutputRows, type RunnableModel } from './tensor/run-model.ts'

/**
 * Serves an ONNX model: say where it is and what to make of a row of its output. The rest is done here: the best provider,
 * one tensor for each batch, items that fail alone, and warm-up.
 *
 * onnxruntime's `run()` blocks its thread, so the worker belongs into a replica (as every stage is), never into a process
 * that answers requests. It has no codec, since a model stage mostly sits between others; add one with a mixin where it
 * does not. For a few lines, `onnxWorker({ load, postprocess })` makes such a class.
 *
 * @typeParam Prepared what `preprocess` makes of an item, for `collate`.
 * @typeParam Row the array that the model's (first) output gives: `BigInt64Array` for int64, `string[]` for strings.
 *
 * @example
 * export default class Classify extends OnnxWorker<Float32Array, number> {
 *   override load() {
 *     return new URL('./model.onnx', import.meta.url)
 *   }
 *   override postprocess(row: Float32Array) {
 *     return row.indexOf(Math.max(...row))
 *   }
 * }
 */
export abstract class OnnxWorker<
  In = ItemValues,
  Out = OnnxArray,
  Prepared = OnnxValues,
  Row extends OnnxArray = Float32Array,
> extends BatchWorker<In, Out> {
  override blocksEventLoop = true
  /** Acceptable providers, the most wanted first; `cuda`, then `cpu` when unset. */
  providers?: readonly ProviderName[]
  /**
   * Threads that one `run()` uses on the processor; 1 when unset, so that replicas, which onnxruntime knows nothing of, do
   * not fight for the cores. With few replicas, cores divided by replicas shortens each run.
   */
  threads?: number
  /** Anything else that onnxruntime takes when it loads a model; wins over `threads`. */
  sessionOptions?: OnnxSessionOptions
  /** Shape of one item, without the batch dimension, `null` where items differ; read from the model when unset. */
  inputShape?: readonly (number | null)[]
  /** Outputs to compute, the one that becomes `row` first; the only one when unset. */
  outputNames?: readonly string[]
  /** Batch sizes to compute once before the replica is ready; 1 and the largest when unset. */
  warmupBatchSizes?: readonly number[]
  /** Batches are filled up to the next of these sizes, for a model or a GPU that is fast at few shapes only. */
  preferredBatchSizes?: readonly number[]

  #model: BatchModel | undefined

  /** Where the model is: a path, a `file:` URL, or its bytes. Called once. */
  abstract load(): Awaitable<OnnxModelSource>

  /**
   * One item to the model's values; a throw fails this item alone. When unset, the item itself, which may then also be
   * plain numbers, nested or flat, as JSON carries them.
   */
  preprocess?(item: In): Awaitable<Prepared>

  /**
   * A batch to the model's inputs by name, for several inputs or padded ones. When unset, items are packed into one tensor,
   * items of different shapes into one for each shape.
   */
  collate?(items: Prepared[], ort: Ort): OnnxFeeds

  /** Runs the model; `session.run` when unset. */
  predict?(session: OnnxSession, feeds: OnnxFeeds, ort: Ort): Awaitable<OnnxOutputs | OnnxTensor>

  /**
   * One item's row of the output to its result. A throw fails this item alone.
   * @param row a view into the batch's (first) output; copy what you keep.
   * @param outputs the item's rows of all outputs, with their shapes.
   */
  abstract postprocess(row: Row, item: In, outputs: OutputRows): Awaitable<Out>

  /**
   * Chooses the provider, loads the model and warms it up.
   * @throws StartError (`start_error`) when no provider works, the model does not load, or it cannot be batched.
   */
  override async setup(context: WorkerContext): Promise<void> {
    const { logger } = context
    const loaded = await loadOnnx({ ...(this.providers && { providers: this.providers }), logger })
    const options = { intraOpNumThreads: this.threads ?? 1, ...this.sessionOptions }
    const session = await openSession(await this.load(), loaded, options)
    this.#model = this.#batchModel(session, loaded.ort, context)
    try {
      await this.#model.warmUp(await this.#sample())
    } catch (error) {
      await this.teardown()
      throw error
    }
    context.report?.({ runtime: { runtime: 'onnx', backend: loaded.provider } })
  }

  /** One outcome per item; items that `preprocess` refuses never reach the model. */
  override async forward(inputs: In[], _context?: ForwardContext): Promise<BatchResult<Out>> {
    const prepared = await settleEach(inputs, (item) => this.#prepare(item))
    const rows = await this.#ready().compute(prepared)
    return settleEach(inputs, (item, index) => {
      const outputs = rows[index]
      if (outputs === undefined || outputs instanceof Error) throw outputs
      // The model's type, which it says only at run time, stands behind the type parameter.
      return this.postprocess(firstOf(outputs) as Row, item, outputs)
    })
  }

  /** Frees the model. */
  override async teardown(): Promise<void> {
    const model = this.#model
    this.#model = undefined
    await model?.release()
  }

  #batchModel(session: OnnxSession, ort: Ort, { maxBatchSize, logger }: WorkerContext): BatchModel {
    const { collate, predict } = this
    const input = collate === undefined ? readModelInput(session, this.inputShape) : undefined
    if (input !== undefined) checkBatchDimension(input, maxBatchSize)
    if (input?.fixedBatchSize !== undefined) this.largestBatch = input.fixedBatchSize
    const runnable: RunnableModel = {
      session,
      outputNames: predict === undefined ? chosenOutputs(session, this.outputNames) : session.outputNames,
      ...(predict && { predict: (feeds) => predict.call(this, session, feeds, ort) }),
    }
    return new BatchModel({
      ort,
      runnable,
      input,
      // What comes is what preprocess gave.
      collate: collate && ((items) => collate.call(this, items as Prepared[], ort)),
      sizes: new BatchSizes({
        maxBatchSize,
        logger,
        fixed: input?.fixedBatchSize,
        preferred: this.preferredBatchSizes,
        warmup: this.warmupBatchSizes,
      }),
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

// Not Object.values(): this is done for each item.
function firstOf(outputs: OutputRows): OnnxArray | undefined {
  for (const name in outputs) return outputs[name]?.data
  return undefined
}
