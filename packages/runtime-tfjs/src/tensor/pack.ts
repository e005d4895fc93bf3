/** Many items to one tensor: one copy into one array, instead of a small tensor each and a stack. */

import type { Tensor } from '@tensorflow/tfjs'
import type { Tfjs } from '../backend/tfjs.ts'
import { type ItemSpec, itemLength, type TensorArray, zeros } from './item-spec.ts'

/** What a batch is padded to. */
export interface Padding {
  readonly spec: ItemSpec
  /** Items of the tensor, at least those that there are. */
  readonly count: number
}

/**
 * The items' values one after the other, then zeros up to `count` items; each must have passed `checkItem`. The array is new
 * for each batch: the cpu backend computes on it, and a model may give its input back, so that rows would be views into it.
 */
export function packItems(items: readonly TensorArray[], spec: ItemSpec, count = items.length): TensorArray {
  const length = itemLength(spec)
  const packed = zeros(spec, count)
  items.forEach((item, index) => {
    packed.set(item, index * length)
  })
  return packed
}

/** The items, padded with zeros, as one tensor of shape [count, ...shape]. */
export function batchTensor(tf: Tfjs, items: readonly TensorArray[], { spec, count }: Padding): Tensor {
  return tf.tensor(packItems(items, spec, count), [count, ...spec.shape], spec.dtype)
}

/** A batch's values as one view for each of the first `wanted` items; all views share the batch's memory. */
export function splitRows(values: TensorArray, count: number, wanted = count): TensorArray[] {
  const length = values.length / count
  const rows: TensorArray[] = []
  for (let start = 0; rows.length < wanted; start += length) rows.push(values.subarray(start, start + length))
  return rows
}
