/** The worker that the suite of runtimes asks for. */

import type { RuntimeRequest } from '@mosec/core/testing'
import type { BackendName, ModelInput, ModelOutput, Tfjs, TfjsModel } from '../backend/tfjs.ts'
import type { TensorValues } from '../tensor/item-spec.ts'
import { sumModel } from './small-models.ts'
import { Sum } from './small-workers.ts'

/** Adds up three numbers on one backend, as the request wants it. */
export class Subject extends Sum {
  readonly #request: RuntimeRequest

  constructor(request: RuntimeRequest, backend: BackendName) {
    super()
    this.#request = request
    this.backends = [backend]
    const { warmupBatchSizes, preferredBatchSizes } = request
    if (warmupBatchSizes !== undefined) this.warmupBatchSizes = warmupBatchSizes
    if (preferredBatchSizes !== undefined) this.preferredBatchSizes = preferredBatchSizes
    if (request.isRagged) this.collate = filledUp
  }

  override load(tf: Tfjs): TfjsModel {
    return sumModel(tf, [this.#request.fixedBatchSize ?? null, 3])
  }

  override predict(model: TfjsModel, input: ModelInput): ModelOutput {
    if ('shape' in input && Array.isArray(input.shape)) this.#request.onRun?.(input.shape[0])
    return model.predict(input, {})
  }
}

function filledUp(items: TensorValues[], tf: Tfjs): ModelInput {
  const packed = new Float32Array(items.length * 3)
  items.forEach((values, n) => {
    if (values instanceof Float32Array) packed.set(values, n * 3)
  })
  return tf.tensor2d(packed, [items.length, 3])
}
