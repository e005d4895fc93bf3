/** How fast a backend is, on one small product that every runtime measures alike. */

import type { Tfjs } from '../backend/tfjs.ts'

const SIZE = 256
const ROUNDS = 15

/** Median milliseconds of a float32 product of two 256x256 matrices on the active backend, result read back. */
export async function timeProduct(tf: Tfjs): Promise<number> {
  const matrix = tf.ones([SIZE, SIZE])
  try {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) times.push(await timeOnce(tf, matrix))
    return median(times)
  } finally {
    matrix.dispose()
  }
}

async function timeOnce(tf: Tfjs, matrix: ReturnType<Tfjs['tensor']>): Promise<number> {
  const startedMs = performance.now()
  const product = tf.matMul(matrix, matrix)
  await product.data()
  const tookMs = performance.now() - startedMs
  product.dispose()
  return tookMs
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
