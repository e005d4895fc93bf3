/** Runs a model on one batch, and cuts what comes out into one row for each item. */

import { StartError } from '@mosec/core'
import { describeValue } from '@mosec/core/runtime'
import type { OnnxFeeds, OnnxOutputs, OnnxSession, OnnxTensor } from '../session/ort.ts'
import type { OnnxArray } from './element-type.ts'
import { shapeText } from './item-spec.ts'
import { readValues, splitRows } from './pack.ts'

/** One item's part of an output. */
export interface OutputRow {
  /** A view into the batch's output. */
  readonly data: OnnxArray
  /** Without the batch dimension. */
  readonly shape: readonly number[]
}

/** One item's part of every output, by the output's name; the first is the one that `postprocess` gets as `row`. */
export type OutputRows = Readonly<Record<string, OutputRow>>

/** A model, and what to run of it. */
export interface RunnableModel {
  readonly session: OnnxSession
  /** The outputs that are computed and read. */
  readonly outputNames: readonly string[]
  /** Instead of `session.run`. */
  readonly predict?: (feeds: OnnxFeeds) => Promise<OnnxOutputs | OnnxTensor> | OnnxOutputs | OnnxTensor
}

/**
 * Computes one batch of `count` items.
 * @throws Error when an output's first dimension is not the batch; whatever the model throws.
 */
export async function runModel(model: RunnableModel, feeds: OnnxFeeds, count: number): Promise<OutputRows[]> {
  const named = await namedOutputs(model, feeds)
  const rows = Array.from({ length: count }, (): Record<string, OutputRow> => ({}))
  for (const [name, tensor] of named) {
    const parts = await rowsOf(tensor, name, count)
    rows.forEach((row, n) => {
      const part = parts[n]
      if (part !== undefined) row[name] = part
    })
  }
  return rows
}

/**
 * The outputs to compute: those that are asked for, or the only one.
 * @throws StartError (`start_error`) when it is not clear which, or the model has no such output.
 */
export function chosenOutputs({ outputNames }: OnnxSession, wanted?: readonly string[]): readonly string[] {
  const all = outputNames.join(', ')
  const unknown = wanted?.find((name) => !outputNames.includes(name))
  if (unknown !== undefined) throw new StartError(`the model has no output "${unknown}", but ${all}`)
  if (wanted !== undefined || outputNames.length === 1) return wanted ?? outputNames
  throw new StartError(
    `the model has ${outputNames.length} outputs (${all}): set outputNames to those that postprocess needs`,
  )
}

/** In the order that was asked for; what onnxruntime gives is in the model's. */
async function namedOutputs(
  { session, outputNames, predict }: RunnableModel,
  feeds: OnnxFeeds,
): Promise<(readonly [string, OnnxTensor])[]> {
  if (predict === undefined) {
    checkNames(session.inputNames, Object.keys(feeds))
    const outputs = await session.run(feeds, outputNames)
    return outputNames.flatMap((name) => {
      const tensor = outputs[name]
      return tensor === undefined ? [] : [[name, tensor] as const]
    })
  }
  const outputs = await predict(feeds)
  // It is the user's, and may have forgotten its `return`.
  if (typeof outputs !== 'object' || outputs === null)
    throw new StartError(
      `predict() must give a tensor, or tensors by name, and gave ${describeValue(outputs)}`,
    )
  return isTensor(outputs) ? [[outputNames[0] ?? 'output', outputs]] : Object.entries(outputs)
}

/** onnxruntime would name only the first that is missing, and not what came instead. */
function checkNames(wanted: readonly string[], given: readonly string[]): void {
  if (wanted.every((name) => given.includes(name))) return
  throw new StartError(`collate() gave the inputs ${given.join(', ')}; the model takes ${wanted.join(', ')}`)
}

async function rowsOf(tensor: OnnxTensor, name: string, count: number): Promise<OutputRow[]> {
  const [batch, ...shape] = tensor.dims
  const values = await readValues(tensor)
  if (batch === count) return splitRows(values, count).map((data) => ({ data, shape }))
  throw new Error(
    `the model made the shape [${shapeText(tensor.dims)}] of a batch of ${count} in its output "${name}": ` +
      'the first dimension must be the batch',
  )
}

function isTensor(outputs: OnnxOutputs | OnnxTensor): outputs is OnnxTensor {
  return 'dims' in outputs && Array.isArray(outputs.dims)
}
