/** What one item must be before it may join a batch, so that a bad item fails alone. */

import { ValidationError } from '@mosec/core'
import { describeItem, hasData, type NestedNumbers, plainNumbers, withArticle } from '@mosec/core/runtime'
import { arrayFrom, arrayName, type ElementType, isArrayOf, type OnnxArray } from './element-type.ts'

/** One item's values: an array whose length must fit, or one that says its shape. */
export type OnnxValues = OnnxArray | ShapedValues

/** Values with their shape, without the batch dimension. */
export interface ShapedValues {
  readonly data: OnnxArray
  readonly shape: readonly number[]
}

/** What an item may be where nothing prepares it; plain numbers are checked one by one, as clients send them. */
export type ItemValues = OnnxValues | NestedNumbers

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
  throw new ValidationError(`expected ${describeSpec(spec)}, got ${describeItem(item)}`)
}

/**
 * The values and shape of an item as a client sent it, plain arrays of numbers among them.
 * @throws ValidationError (`validation_error`) that names what was expected and what came.
 */
export function checkSentItem(item: unknown, spec: ItemSpec): ShapedValues {
  const data: unknown = hasData(item) ? item.data : item
  const { type } = spec
  if (type === 'string' || !Array.isArray(data)) return checkItem(item, spec)
  if (!hasData(item)) {
    const { values, shape } = plainNumbers(data, { shape: spec.shape, type })
    return checkItem({ data: arrayFrom(type, values), shape }, spec)
  }
  const { values } = plainNumbers(data, { shape: [null], type })
  return checkItem({ ...item, data: arrayFrom(type, values) }, spec)
}

/**
 * The values and shape of what `preprocess` made. Their number may be the client's doing; their type is not.
 * @throws TypeError, which is no client's to read, when the type is wrong; ValidationError when the number or shape is.
 */
export function checkPreparedItem(prepared: unknown, spec: ItemSpec): ShapedValues {
  if (isArrayOf(spec.type, hasData(prepared) ? prepared.data : prepared)) return checkItem(prepared, spec)
  throw new TypeError(`preprocess must give ${describeSpec(spec)}, and gave ${describeItem(prepared)}`)
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

function describeSpec({ shape, type }: ItemSpec): string {
  const fixed = shape.filter((length) => length !== null)
  const count = fixed.length === shape.length ? ` of ${sizeOf(fixed)} values,` : ''
  return `${withArticle(arrayName(type))}${count || ' with'} shape [${shapeText(shape)}]`
}
