import { silentLogger } from '@mosec/core'
import type { io } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { loadTfjs } from '../load-tfjs.ts'
import { graphTimes } from '../testing/small-models.ts'
import { jsonModel } from './json-model.ts'

type Quantization = NonNullable<io.WeightsManifestEntry['quantization']>

/** A graph that multiplies by three weights, which are saved in this form. */
async function timesWeights(quantization: Quantization, bytes: Uint8Array): Promise<number[]> {
  const { tf } = await loadTfjs({ logger: silentLogger, backends: ['wasm'] })
  const weights = [{ name: 'w', shape: [3], dtype: 'float32' as const, quantization }]
  const json = { ...graphTimes, weightsManifest: [{ paths: ['w.bin'], weights }] }
  const model = await tf.loadGraphModel(jsonModel({ name: 'quantised', json, readShard: () => bytes }))
  const output = model.predict(tf.tensor1d([1, 10, 100]))
  if (!(output instanceof tf.Tensor)) throw new Error('expected one tensor')
  return Array.from(await output.data())
}

describe('quantised weights', () => {
  it('of 8 bits', async () => {
    const quantization: Quantization = { dtype: 'uint8', scale: 0.5, min: -1 }
    expect(await timesWeights(quantization, Uint8Array.of(0, 2, 255))).toEqual([-1, 0, 12650])
  })

  it('of 16 bits', async () => {
    const quantization: Quantization = { dtype: 'uint16', scale: 0.5, min: -1 }
    const bytes = new Uint8Array(Uint16Array.of(0, 2, 65535).buffer)
    expect(await timesWeights(quantization, bytes)).toEqual([-1, 0, 3_276_650])
  })

  it('as half floats', async () => {
    const quantization: Quantization = { dtype: 'float16' }
    const bytes = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x3800).buffer)
    expect(await timesWeights(quantization, bytes)).toEqual([1, -20, 50])
  })

  it('that are cut off are noticed by their own size, not that of the tensor', async () => {
    const quantization: Quantization = { dtype: 'uint8', scale: 1, min: 0 }
    await expect(timesWeights(quantization, Uint8Array.of(1, 2))).rejects.toThrow(
      'the weights of "quantised" are 2 bytes long, its manifest wants 3',
    )
  })
})
