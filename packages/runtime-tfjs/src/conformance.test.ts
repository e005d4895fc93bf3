/** The suite that every runtime passes, on a small model. */

import { silentLogger } from '@mosec/core'
import { type RuntimeRequest, runtimeConformance } from '@mosec/core/testing'
import { describe, it } from 'vitest'
import type { ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import { loadTfjs } from './load-tfjs.ts'
import type { TensorValues } from './tensor/item-spec.ts'
import { sumModel } from './testing/small-models.ts'
import { Sum } from './testing/small-workers.ts'

class Subject extends Sum {
  readonly #request: RuntimeRequest

  constructor(request: RuntimeRequest) {
    super()
    this.#request = request
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

runtimeConformance(
  {
    name: 'tfjs',
    worker: (request) => new Subject(request),
    held: async () => {
      const { tf } = await loadTfjs({ backends: ['wasm'], logger: silentLogger })
      return tf.memory().numTensors
    },
  },
  { describe, it },
)
