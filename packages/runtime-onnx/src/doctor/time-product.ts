/** How fast a provider is, on one small product that every runtime measures alike. */

import { productModel } from '../session/known-product.ts'
import type { OnnxSession, Ort, ProviderName } from '../session/ort.ts'

const SIZE = 256
const ROUNDS = 15

/** Median milliseconds of a float32 product of two 256x256 matrices, result read back. */
export async function timeProduct(ort: Ort, provider: ProviderName): Promise<number> {
  const session = await ort.InferenceSession.create(productModel, { executionProviders: [provider] })
  try {
    const matrix = new ort.Tensor('float32', new Float32Array(SIZE * SIZE).fill(1), [SIZE, SIZE])
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push(await timeOnce(session, { left: matrix, right: matrix }))
    }
    return median(times)
  } finally {
    await session.release()
  }
}

async function timeOnce(session: OnnxSession, feeds: Parameters<OnnxSession['run']>[0]): Promise<number> {
  const startedMs = performance.now()
  const { product } = await session.run(feeds)
  await product?.getData(true)
  return performance.now() - startedMs
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
