/** Small models for tests. */

import { type SmallModel, writeModel } from '../model/write-model.ts'

/** Three numbers to their sum, twice. */
export function sumModel(batch: number | string = 'batch', changes: Partial<SmallModel> = {}): Uint8Array {
  return writeModel({
    inputs: [{ name: 'x', type: 'float32', shape: [batch, 3] }],
    outputs: [{ name: 'sums', type: 'float32', shape: [batch, 2] }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'ones'], outputs: ['sums'] }],
    weights: { ones: { shape: [3, 2], data: new Float32Array(6).fill(1) } },
    ...changes,
  })
}

/** Gives its input back. */
export function sameModel(
  type: SmallModel['inputs'][number]['type'],
  shape: readonly (number | string)[],
): Uint8Array {
  return writeModel({
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'same', type, shape }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['same'] }],
  })
}

/** Two inputs, their sum and their difference. */
export const sumAndDifference = writeModel({
  inputs: [
    { name: 'a', type: 'float32', shape: ['batch', 'n'] },
    { name: 'b', type: 'float32', shape: ['batch', 'n'] },
  ],
  outputs: [
    { name: 'sum', type: 'float32', shape: ['batch', 'n'] },
    { name: 'difference', type: 'float32', shape: ['batch', 'n'] },
  ],
  nodes: [
    { op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
    { op: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
  ],
})
