/** Many items to one tensor: one copy into one array, instead of a small tensor each and a stack. */

import type { Tensor } from '@tensorflow/tfjs'
import type { Tfjs } from '../backend/tfjs.ts'
import { type ItemSpec, itemLength, type TensorArray, zeros } from './item-spec.ts'

/** The items' values one after the other; each must have passed `checkItem`. */
export function packItems(items: readonly TensorArray[], spec: ItemSpec): TensorArray {
  const length = itemLength(spec)
  const packed = zeros(spec, items.length)
  items.forEach((item, index) => {
    packed.set(item, index * length)
  })
  return packed
}

/** The items as one tensor of shape [items, ...shape]. */
export function batchTensor(tf: Tfjs, items: readonly TensorArray[], spec: ItemSpec): Tensor {
  return tf.tensor(packItems(items, spec), [items.length, ...spec.shape], spec.dtype)
}

/** A batch's values as one view for each item; all views share the batch's memory. */
export function splitRows<A extends TensorArray>(values: A, count: number): A[] {
  const length = values.length / count
  return Array.from({ length: count }, (_, n) => values.subarray(n * length, (n + 1) * length) as A)
}
