/** Tensors of half precision that onnxruntime takes on every Node. */

import type { OnnxTensor, Ort } from '../session/ort.ts'
import { toHalves } from './half.ts'

/**
 * A float16 tensor of those numbers, for a `collate`. `new ort.Tensor('float16', ...)` makes one that onnxruntime refuses
 * where there is a `Float16Array` (Node 24 and later), with "not enough space":
 * https://github.com/microsoft/onnxruntime/pull/32323
 */
export function halfTensor(ort: Ort, numbers: Float32Array, shape: readonly number[]): OnnxTensor {
  const bits = toHalves(numbers)
  const tensor = new ort.Tensor('float16', bits, shape)
  // The tensor has made a Float16Array of the bits; the native code reads this property, and the bits as they are.
  Reflect.set(tensor, 'cpuData', bits)
  return tensor
}
