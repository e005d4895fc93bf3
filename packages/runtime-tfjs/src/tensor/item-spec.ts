/** What one item must be before it may join a batch, so that a bad item fails alone. */

import { ValidationError } from '@mosec/core'
import { describeItem, hasData, type NestedNumbers, plainNumbers, withArticle } from '@mosec/core/runtime'

/** The arrays that numeric tensors are made of. */
export type TensorArray = Float32Array | Int32Array | Uint8Array

/** One item's values: an array whose length must fit, or one that says its shape. */
export type TensorValues = TensorArray | { readonly data: TensorArray; readonly shape: readonly number[] }

/** What an item may be where nothing prepares it; plain numbers are checked one by one, as clients send them. */
export type ItemValues = TensorValues | NestedNumbers

/** Element types that are packed; string inputs need a `collate`. */
export type ItemDtype = 'float32' | 'int32' | 'bool'

/** Shape and type of one item, without the batch dimension. */
export interface ItemSpec {
  readonly shape: readonly number[]
  readonly dtype: ItemDtype
}

const arrayOf = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

/** Values in one item. */
export function itemLength({ shape }: ItemSpec): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** Zeros for `count` items, in the array type that the model takes. */
export function zeros(spec: ItemSpec, count: number): TensorArray {
  return new arrayOf[spec.dtype](itemLength(spec) * count)
}

/**
 * The item's values, when they are what the model takes.
 * @throws ValidationError (`validation_error`) that names what was expected and what came.
 */
export function checkItem(item: unknown, spec: ItemSpec): TensorArray {
  const data = hasData(item) ? item.data : item
  const isRight = isArray(data) && data instanceof arrayOf[spec.dtype] && data.length === itemLength(spec)
  if (isRight && hasShape(item, spec.shape)) return data
  throw new ValidationError(`expected ${describeSpec(spec)}, got ${describeItem(item)}`)
}

/**
 * The values of an item as a client sent it, plain arrays among them.
 * @throws ValidationError (`validation_error`) that names what was expected and what came.
 */
export function checkSentItem(item: unknown, spec: ItemSpec): TensorArray {
  const data: unknown = hasData(item) ? item.data : item
  if (!Array.isArray(data)) return checkItem(item, spec)
  const { values } = plainNumbers(data, { shape: spec.shape, type: spec.dtype })
  const array = new arrayOf[spec.dtype](values)
  return checkItem(hasData(item) ? { ...item, data: array } : array, spec)
}

/**
 * The values of what `preprocess` made. Their number may be the client's doing; their type is not.
 * @throws Error, which is no client's to read, when the type is wrong; ValidationError when the number or shape is.
 */
export function checkPreparedItem(prepared: unknown, spec: ItemSpec): TensorArray {
  const data: unknown = hasData(prepared) ? prepared.data : prepared
  if (data instanceof arrayOf[spec.dtype]) return checkItem(prepared, spec)
  throw new TypeError(`preprocess must give ${describeSpec(spec)}, and gave ${describeItem(prepared)}`)
}

const describeSpec = (spec: ItemSpec): string =>
  `${withArticle(arrayOf[spec.dtype].name)} of ${itemLength(spec)} values, shape [${spec.shape}]`

function hasShape(item: unknown, expected: readonly number[]): boolean {
  if (!hasData(item)) return true
  const { shape } = item
  return (
    Array.isArray(shape) &&
    shape.length === expected.length &&
    expected.every((length, n) => length === shape[n])
  )
}

function isArray(data: unknown): data is TensorArray {
  return data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array
}
