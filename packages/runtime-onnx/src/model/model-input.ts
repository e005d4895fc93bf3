/** What a model says of its input. */

import { StartError } from '@mosec/core'
import type { OnnxSession } from '../session/ort.ts'
import { isElementType } from '../tensor/element-type.ts'
import { type ItemSpec, shapeText } from '../tensor/item-spec.ts'

/** The one input of a model whose items are packed. */
export interface ModelInput {
  readonly name: string
  readonly spec: ItemSpec
  /** The batch size that the model was exported for; unset when it is free. */
  readonly fixedBatchSize: number | undefined
}

/**
 * Name, type and shape of the input, with the shape from `inputShape` where the model leaves it open.
 * @throws StartError (`start_error`) when items cannot simply be packed: several inputs, no tensor, no batch dimension.
 */
export function readModelInput(session: OnnxSession, inputShape?: readonly (number | null)[]): ModelInput {
  const [input, ...others] = session.inputMetadata
  if (input === undefined || others.length > 0) {
    const names = session.inputNames.join(', ')
    throw new StartError(
      `the model has ${session.inputNames.length} inputs (${names}), not one: write collate()`,
    )
  }
  if (!input.isTensor || !isElementType(input.type)) {
    throw new StartError(`the model takes ${input.isTensor ? input.type : 'no tensors'}: write collate()`)
  }
  const [batch, ...shape] = input.shape.map(fixedOrNull)
  if (batch === undefined) throw new StartError("the model's input has no batch dimension: write collate()")
  const spec = { shape: narrowed(shape, inputShape), type: input.type }
  return { name: input.name, spec, fixedBatchSize: batch ?? undefined }
}

/**
 * Refuses batches that are larger than the model was exported for; smaller ones can be padded.
 * @throws StartError (`start_error`)
 */
export function checkBatchDimension({ fixedBatchSize }: ModelInput, maxBatchSize: number): void {
  if (fixedBatchSize === undefined || maxBatchSize <= fixedBatchSize) return
  throw new StartError(
    `the model's batch dimension is fixed at ${fixedBatchSize} and maxBatchSize is ${maxBatchSize}: ` +
      `set maxBatchSize to ${fixedBatchSize}, or export it with a free batch dimension`,
  )
}

// Free dimensions have a name, which may be empty.
const fixedOrNull = (length: number | string): number | null => (typeof length === 'number' ? length : null)

function narrowed(
  shape: readonly (number | null)[],
  inputShape: readonly (number | null)[] = shape,
): readonly (number | null)[] {
  const agrees =
    inputShape.length === shape.length &&
    shape.every((length, n) => length === null || length === inputShape[n])
  if (agrees) return inputShape
  throw new StartError(
    `inputShape is [${shapeText(inputShape)}], and the model takes items of the shape [${shapeText(shape)}]`,
  )
}
