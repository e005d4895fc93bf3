/** A product whose result is known, because a backend that initialises may still compute nonsense. */

import type { Tfjs } from './tfjs.ts'

const left = [1, 2, 3, 4, 5, 6]
const right = [7, 8, 9, 10, 11, 12]
const expected = [58, 64, 139, 154]

/**
 * Multiplies a 2x3 by a 3x2 matrix on the active backend.
 * @throws Error that shows both results when they differ, or whatever the backend throws.
 */
export async function checkKnownProduct(tf: Tfjs): Promise<void> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(left, [2, 3]), tf.tensor2d(right, [3, 2])))
  try {
    const got = Array.from(await product.data())
    const isRight = expected.every((value, index) => Math.abs(value - (got[index] ?? Number.NaN)) < 0.01)
    if (!isRight) throw new Error(`computes nonsense: a product should be [${expected}], got [${got}]`)
  } finally {
    product.dispose()
  }
}
