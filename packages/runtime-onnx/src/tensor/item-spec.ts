/** What one item must be before it may join a batch, so that a bad item fails alone. */

import { ValidationError } from '@mosec/core'
import { arrayName, type ElementType, isArrayOf, type OnnxArray } from './element-type.ts'

/** One item's values: an array whose length must fit, or one that says its shape. */
export type OnnxValues = OnnxArray | ShapedValues

/** Values with their shape, without the batch dimension. */
export interface ShapedValues {
  readonly data: OnnxArray
  readonly shape: readonly number[]
}

/** Shape and type of one item, without the batch dimension. */
export interface ItemSpec {
  /** `null` where items may differ. */
  readonly shape: readonly (number | null)[]
  readonly type: ElementType
}

/** Number of values in that shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** As messages print it: `3, ?, 48`. */
export function shapeText(shape: readonly unknown[]): string {
  return shape.map((length) => (typeof length === 'number' ? length : '?')).join(', ')
}

/**
 * The item's values and shape, when they are what the model takes.
 * @throws ValidationError (`validation_error`) that names what was expected and what came.
 */
export function checkItem(item: unknown, spec: ItemSpec): ShapedValues {
  const data = hasData(item) ? item.data : item
  if (isArrayOf(spec.type, data)) {
    const shape = hasData(item) ? item.shape : shapeOf(data.length, spec.shape)
    if (isShape(shape) && fits(shape, spec.shape) && sizeOf(shape) === data.length) return { data, shape }
  }
  throw new ValidationError(`expected ${describeSpec(spec)}, got ${describe(item)}`)
}

/** The shape of an array that does not say it: known where at most one dimension is free. */
function shapeOf(length: number, pattern: ItemSpec['shape']): number[] | undefined {
  if (pattern.filter((size) => size === null).length > 1) return undefined
  const rest = length / sizeOf(pattern.map((size) => size ?? 1))
  return pattern.map((size) => size ?? rest)
}

const isShape = (shape: unknown): shape is readonly number[] =>
  Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length >= 0)

function fits(shape: readonly number[], pattern: ItemSpec['shape']): boolean {
  return (
    shape.length === pattern.length && pattern.every((length, n) => length === null || length === shape[n])
  )
}

function hasData(item: unknown): item is { readonly data: unknown; readonly shape?: unknown } {
  return typeof item === 'object' && item !== null && !ArrayBuffer.isView(item) && 'data' in item
}

function describeSpec({ shape, type }: ItemSpec): string {
  const fixed = shape.filter((length) => length !== null)
  const count = fixed.length === shape.length ? ` of ${sizeOf(fixed)} values,` : ''
  return `a ${arrayName(type)}${count || ' with'} shape [${shapeText(shape)}]`.replace(
    /^a (?=[AEIOU])/,
    'an ',
  )
}

// Says types and sizes only: the values may be private, and long.
function describe(item: unknown): string {
  if (hasData(item)) return `${describe(item.data)}, shape [${String(item.shape)}]`
  if (Array.isArray(item)) return `an Array of ${item.length} values`
  if (ArrayBuffer.isView(item)) return `a ${item.constructor.name} of ${Reflect.get(item, 'length')} values`
  if (item === null || typeof item !== 'object') return item === null ? 'null' : `a ${typeof item}`
  return 'an object without data'
}
