/** An array of several dimensions: what a numpy array becomes here, and what becomes one there. */

import { dtypes, type TypedArray } from './dtypes.ts'

/** Elements in row-major order, as in `@mosec/codec-msgpack`. */
export interface Tensor<Data extends TypedArray = TypedArray> {
  readonly data: Data
  readonly shape: readonly number[]
  /** numpy's name: `float32`, `uint8`, `bool`... */
  readonly dtype: string
}

/**
 * Whether the value is meant as a tensor: `data`, `shape` and `dtype` and nothing else.
 * @throws TypeError when it is, and its parts do not fit each other.
 */
export function isTensor(value: object): value is Tensor {
  const { data, shape, dtype }: Partial<Record<keyof Tensor, unknown>> = value
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !ArrayBuffer.isView(data)) return false
  if (Object.keys(value).length !== 3) return false
  const elements = dtypes[dtype]
  if (elements === undefined) {
    throw new TypeError(`is a tensor of dtype ${dtype}; there are ${Object.keys(dtypes).join(', ')}`)
  }
  if (!(data instanceof elements.Array)) {
    throw new TypeError(`is a tensor of dtype ${dtype}, whose data must be a ${elements.Array.name}`)
  }
  const count = shape.reduce((product: number, size: unknown) => product * Number(size), 1)
  if (count === data.length && shape.every((size) => Number.isInteger(size) && size >= 0)) return true
  throw new TypeError(`is a tensor of shape [${shape.join(', ')}] with ${data.length} elements`)
}
