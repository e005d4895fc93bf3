/** A product whose result is known, because a provider that initialises may still compute nonsense. */

import { writeModel } from '../model/write-model.ts'
import type { OnnxSession, Ort } from './ort.ts'

const left = Float32Array.of(1, 2, 3, 4, 5, 6)
const right = Float32Array.of(7, 8, 9, 10, 11, 12)
const expected = [58, 64, 139, 154]

/** A model that multiplies its two inputs, matrices of any size. */
export const productModel = writeModel({
  inputs: [
    { name: 'left', type: 'float32', shape: ['rows', 'inner'] },
    { name: 'right', type: 'float32', shape: ['inner', 'columns'] },
  ],
  outputs: [{ name: 'product', type: 'float32', shape: ['rows', 'columns'] }],
  nodes: [{ op: 'MatMul', inputs: ['left', 'right'], outputs: ['product'] }],
})

/**
 * Multiplies a 2x3 by a 3x2 matrix.
 * @param session of {@link productModel}.
 * @throws Error that shows both results when they differ, or whatever the provider throws.
 */
export async function checkKnownProduct(ort: Ort, session: OnnxSession): Promise<void> {
  const { product } = await session.run({
    left: new ort.Tensor('float32', left, [2, 3]),
    right: new ort.Tensor('float32', right, [3, 2]),
  })
  const values: unknown = await product?.getData()
  const got = values instanceof Float32Array ? Array.from(values) : []
  const isRight = expected.every((value, index) => Math.abs(value - (got[index] ?? Number.NaN)) < 0.01)
  if (!isRight) throw new Error(`computes nonsense: a product should be [${expected}], got [${got}]`)
}
