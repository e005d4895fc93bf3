/** Many items to one tensor: one copy into one array, instead of a small tensor each and a concatenation. */

import type { OnnxTensor, Ort } from '../session/ort.ts'
import { type ElementType, emptyArray, isElementType, type OnnxArray } from './element-type.ts'
import { fromHalves } from './half.ts'
import { halfTensor } from './half-tensor.ts'
import { type ShapedValues, sizeOf } from './item-spec.ts'

/** The items as one tensor of shape [items, ...shape]; all must have the same shape. */
export function batchTensor(ort: Ort, items: readonly ShapedValues[], type: ElementType): OnnxTensor {
  const shape = items[0]?.shape ?? []
  const values = packValues(items, type, sizeOf(shape))
  const dims = [items.length, ...shape]
  if (type === 'float16' && values instanceof Float32Array) return halfTensor(ort, values, dims)
  // Its overloads tie each type to its array, which the type of an item spec says only at run time.
  return Reflect.construct(ort.Tensor, [type, values, dims]) as OnnxTensor
}

function packValues(items: readonly ShapedValues[], type: ElementType, length: number): OnnxArray {
  if (type === 'string') return items.flatMap(({ data }) => data as string[])
  const packed = emptyArray(type, items.length * length) as Float32Array
  items.forEach(({ data }, index) => {
    // Every item has passed checkItem, so its array is of the packed one's type.
    packed.set(data as Float32Array, index * length)
  })
  return packed
}

/** A tensor's values, half precision as `Float32Array`. What lies on a GPU is fetched, and freed there. */
export async function readValues(tensor: OnnxTensor): Promise<OnnxArray> {
  const values: unknown = tensor.location === 'cpu' ? tensor.data : await tensor.getData(true)
  if (!isElementType(tensor.type))
    throw new Error(`the model gives ${tensor.type} values, which JavaScript has not`)
  if (tensor.type !== 'float16') return values as OnnxArray
  return values instanceof Uint16Array ? fromHalves(values) : Float32Array.from(values as Float32Array)
}

/** A batch's values as one view for each of the first `wanted` items; views of numbers share the batch's memory. */
export function splitRows(values: OnnxArray, count: number, wanted = count): OnnxArray[] {
  const length = values.length / count
  const rows: OnnxArray[] = []
  for (let start = 0; rows.length < wanted; start += length) rows.push(part(values, start, start + length))
  return rows
}

function part(values: OnnxArray, start: number, end: number): OnnxArray {
  return Array.isArray(values) ? values.slice(start, end) : values.subarray(start, end)
}

/** Items of one shape, with their places in the batch. */
export interface ShapeGroup {
  readonly items: readonly ShapedValues[]
  readonly places: readonly number[]
}

/** One group for each shape, since a tensor has one shape. */
export function groupByShape(items: readonly ShapedValues[]): ShapeGroup[] {
  const [first] = items
  if (first === undefined) return []
  // The common case, without a key for each item.
  if (items.every(({ shape }) => isSame(shape, first.shape))) return [{ items, places: [...items.keys()] }]
  const groups = new Map<string, { items: ShapedValues[]; places: number[] }>()
  items.forEach((item, place) => {
    const key = item.shape.join()
    const group = groups.get(key) ?? { items: [], places: [] }
    groups.set(key, group)
    group.items.push(item)
    group.places.push(place)
  })
  return [...groups.values()]
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, n) => length === b[n])
