/** What one item must be before it may join a batch, so that a bad item fails alone. */

import { ValidationError } from '@mosec/core'

/** The arrays that numeric tensors are made of. */
export type TensorArray = Float32Array | Int32Array | Uint8Array

/** One item's values: an array whose length must fit, or one that says its shape. */
export type TensorValues = TensorArray | { readonly data: TensorArray; readonly shape: readonly number[] }

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
  const expected = `a ${arrayOf[spec.dtype].name} of ${itemLength(spec)} values, shape [${spec.shape}]`
  throw new ValidationError(`expected ${expected}, got ${describe(item)}`)
}

function hasShape(item: unknown, expected: readonly number[]): boolean {
  if (!hasData(item)) return true
  const { shape } = item
  return (
    Array.isArray(shape) &&
    shape.length === expected.length &&
    expected.every((length, n) => length === shape[n])
  )
}

function hasData(item: unknown): item is { readonly data: unknown; readonly shape?: unknown } {
  return typeof item === 'object' && item !== null && !ArrayBuffer.isView(item) && 'data' in item
}

function isArray(data: unknown): data is TensorArray {
  return data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array
}

// Says types and sizes only: the values may be private, and long.
function describe(item: unknown): string {
  if (hasData(item)) return `${describe(item.data)}, shape [${String(item.shape)}]`
  if (Array.isArray(item)) return `an Array of ${item.length} values`
  if (ArrayBuffer.isView(item)) return `a ${item.constructor.name} of ${Reflect.get(item, 'length')} values`
  if (item === null || typeof item !== 'object') return item === null ? 'null' : `a ${typeof item}`
  return 'an object without data'
}
