/** What a model says of its input. */

import { StartError } from '@mosec/core'
import type { TfjsModel } from '../backend/tfjs.ts'
import type { ItemDtype, ItemSpec } from './item-spec.ts'

/**
 * Shape and type of one item, from the model where `inputShape` does not say.
 * @throws StartError (`start_error`) when items cannot simply be packed: several inputs, strings, open dimensions.
 */
export function readItemSpec(model: TfjsModel, inputShape?: readonly number[]): ItemSpec {
  const [input, ...others] = model.inputs
  if (input === undefined || others.length > 0) {
    throw new StartError(`the model has ${model.inputs.length} inputs, not one: write collate()`)
  }
  if (!isItemDtype(input.dtype))
    throw new StartError(`the model takes ${input.dtype} values: write collate()`)
  const shape = inputShape ?? input.shape?.slice(1)
  if (shape?.every(isFixed)) return { shape, dtype: input.dtype }
  throw new StartError(
    `the model's input has the shape [${describe(input.shape)}]: set inputShape where all items have one shape; ` +
      'where they differ, write collate() and give an example',
  )
}

/**
 * The only batch size that the model takes; undefined when it takes any.
 * @throws StartError (`start_error`) when batches may be larger than that.
 */
export function fixedBatchSize(model: TfjsModel, maxBatchSize: number): number | undefined {
  const size = model.inputs[0]?.shape?.[0]
  if (!isFixed(size)) return undefined
  if (maxBatchSize <= size) return size
  throw new StartError(
    `the model's batch dimension is fixed at ${size} and maxBatchSize is ${maxBatchSize}: ` +
      `set maxBatchSize to ${size}, or export it with a free batch dimension`,
  )
}

// Layers models say null and graph models -1 for a free dimension.
const isFixed = (length: number | null | undefined): length is number =>
  length !== null && length !== undefined && length >= 0

const isItemDtype = (dtype: string): dtype is ItemDtype => ['float32', 'int32', 'bool'].includes(dtype)

const describe = (shape: readonly (number | null)[] | undefined): string =>
  shape?.map((length) => (isFixed(length) ? length : '?')).join(', ') ?? '?'
