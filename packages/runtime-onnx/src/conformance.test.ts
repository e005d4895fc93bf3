/** The suite that every runtime passes, on a small model. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ValidationError } from '@mosec/core'
import { type RuntimeRequest, runtimeConformance } from '@mosec/core/testing'
import { describe, it } from 'vitest'
import { OnnxWorker } from './onnx-worker.ts'
import type { OnnxFeeds, OnnxOutputs, OnnxSession, Ort } from './session/ort.ts'
import { sumModel } from './testing/small-models.ts'

/** Outputs of every batch of this file, as long as something holds them. */
const outputs = new Set<WeakRef<object>>()

class Sum extends OnnxWorker<Float32Array, number, Float32Array> {
  readonly #request: RuntimeRequest

  constructor(request: RuntimeRequest) {
    super()
    this.#request = request
    const { warmupBatchSizes, preferredBatchSizes } = request
    if (warmupBatchSizes !== undefined) this.warmupBatchSizes = warmupBatchSizes
    if (preferredBatchSizes !== undefined) this.preferredBatchSizes = preferredBatchSizes
    if (request.isRagged) this.collate = filledUp
  }

  override load(): Uint8Array {
    return sumModel(this.#request.fixedBatchSize)
  }

  override async predict(session: OnnxSession, feeds: OnnxFeeds): Promise<OnnxOutputs> {
    this.#request.onRun?.(feeds['x']?.dims[0] ?? 0)
    const made = await session.run(feeds)
    for (const tensor of [...Object.values(made), ...Object.values(feeds)]) outputs.add(new WeakRef(tensor))
    return made
  }

  override postprocess(row: Float32Array): number {
    if (row[0] === 13) throw new ValidationError('unlucky')
    return row[0] ?? Number.NaN
  }
}

function filledUp(items: Float32Array[], ort: Ort): OnnxFeeds {
  const packed = new Float32Array(items.length * 3)
  items.forEach((values, n) => {
    packed.set(values, n * 3)
  })
  return { x: new ort.Tensor('float32', packed, [items.length, 3]) }
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

runtimeConformance(
  {
    name: 'onnx',
    worker: (request) => new Sum(request),
    held: async () => {
      // What a weak reference was asked for in this turn of the event loop stays until the next.
      await new Promise((resolve) => setImmediate(resolve))
      collectGarbage()
      return [...outputs].filter((reference) => reference.deref() !== undefined).length
    },
  },
  { describe, it },
)
