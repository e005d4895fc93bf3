/** Runs a model on one batch: the way that it needs, one output read, one view for each item. */

import { type Logger, StartError } from '@mosec/core'
import { type BatchCount, describeValue } from '@mosec/core/runtime'
import type { Tensor } from '@tensorflow/tfjs'
import type { ModelInput, ModelOutput, TfjsModel } from '../backend/tfjs.ts'
import type { LoadedTfjs } from '../load-tfjs.ts'
import { explained } from './backend-limit.ts'
import { inTurn } from './engine-turn.ts'
import type { TensorArray } from './item-spec.ts'
import { splitRows } from './pack.ts'

/** A graph model; its dynamic operations run only asynchronously. */
interface AsyncModel extends TfjsModel {
  executeAsync(input: ModelInput): Promise<ModelOutput>
}

/** What a runner needs. */
export interface ModelRunnerOptions {
  readonly loaded: LoadedTfjs
  readonly model: TfjsModel
  readonly logger: Logger
  /** Instead of the model's own `predict` or `executeAsync`. */
  readonly predict?: (input: ModelInput) => ModelOutput | Promise<ModelOutput>
}

/** One model on one backend. */
export class ModelRunner {
  readonly #options: ModelRunnerOptions
  #isAsync = false

  constructor(options: ModelRunnerOptions) {
    this.#options = options
  }

  /**
   * Computes one batch and disposes every tensor of it, on every path.
   * @param makeInput builds the batch's tensors, of `count` items.
   * @returns one view of the first (and only) output for each of the first `wanted` items.
   */
  async run({ count, wanted }: BatchCount, makeInput: () => ModelInput): Promise<TensorArray[]> {
    const { tf, backend } = this.#options.loaded
    try {
      const values = await inTurn(tf, () => this.#compute(count, makeInput))
      return splitRows(values, count, wanted)
    } catch (error) {
      throw explained(error, backend)
    }
  }

  async #compute(count: number, makeInput: () => ModelInput): Promise<TensorArray> {
    this.#checkBackend()
    const output = onlyTensor(await this.#predict(makeInput(), count))
    if (output.shape[0] === count) return numbers(await output.data(), output.dtype)
    throw new Error(
      `the model made [${output.shape}] of a batch of ${count}: its first dimension must be the batch`,
    )
  }

  // Not async: layers models compute at once, and a promise more is a turn more.
  #predict(input: ModelInput, batchSize: number): ModelOutput | Promise<ModelOutput> {
    const { model, predict, logger } = this.#options
    if (predict !== undefined) return predict(input)
    if (!canExecuteAsync(model)) return model.predict(input, { batchSize })
    if (this.#isAsync) return model.executeAsync(input)
    try {
      return model.predict(input, {})
    } catch (error) {
      // The graph is refused before anything is computed, so this costs one failed look, once.
      if (!(error instanceof Error && error.message.includes('executeAsync'))) throw error
      this.#isAsync = true
      logger.debug('the graph has dynamic operations: it runs with executeAsync')
      return model.executeAsync(input)
    }
  }

  // The active backend is global; code that switches it would make this model slow or wrong without a word.
  #checkBackend(): void {
    const { tf, backend } = this.#options.loaded
    const expected = backend === 'tensorflow-gpu' ? 'tensorflow' : backend
    if (tf.getBackend() === expected) return
    throw new StartError(
      `the active backend became "${tf.getBackend()}" and should be "${expected}": ` +
        'stages with different backends, or a second copy of TensorFlow.js, need processes of their own',
    )
  }
}

function canExecuteAsync(model: TfjsModel): model is AsyncModel {
  return 'executeAsync' in model
}

function onlyTensor(output: ModelOutput): Tensor {
  // A `predict` of the user's may have forgotten its `return`.
  if (typeof output !== 'object' || output === null)
    throw new StartError(`predict() must give a tensor, and gave ${describeValue(output)}`)
  if (isTensor(output)) return output
  const names = Object.keys(output)
  const [first, ...others] = Object.values(output)
  if (first !== undefined && others.length === 0) return first
  throw new StartError(
    `the model has ${names.length} outputs (${names.join(', ')}): write predict() and return one`,
  )
}

function isTensor(output: ModelOutput): output is Tensor {
  return 'dataId' in output && 'shape' in output && Array.isArray(output.shape)
}

function numbers(values: unknown, dtype: string): TensorArray {
  if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)
    return values
  throw new StartError(`the model gives ${dtype} values: write predict() and return a numeric output`)
}
