/** Runs a model on one batch, and cuts what comes out into one row for each item. */

import { StartError } from '@mosec/core'
import { type BatchCount, describeValue } from '@mosec/core/runtime'
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
 * Computes one batch; gives the rows of the first `wanted` items.
 * @throws Error when an output's first dimension is not the batch; whatever the model throws.
 */
export async function runModel(
  model: RunnableModel,
  feeds: OnnxFeeds,
  batch: BatchCount,
): Promise<OutputRows[]> {
  const outputs = await namedOutputs(model, feeds)
  const rows: Record<string, OutputRow>[] = []
  for (const [name, tensor] of Object.entries(outputs)) {
    addRows(rows, { name, tensor, values: await readValues(tensor) }, batch)
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
): Promise<OnnxOutputs> {
  if (predict === undefined) {
    checkNames(session.inputNames, feeds)
    const outputs = await session.run(feeds, outputNames)
    return outputNames.length === 1 ? outputs : ordered(outputs, outputNames)
  }
  const outputs = await predict(feeds)
  // It is the user's, and may have forgotten its `return`.
  if (typeof outputs !== 'object' || outputs === null)
    throw new StartError(
      `predict() must give a tensor, or tensors by name, and gave ${describeValue(outputs)}`,
    )
  return isTensor(outputs) ? { [outputNames[0] ?? 'output']: outputs } : outputs
}

function ordered(outputs: OnnxOutputs, names: readonly string[]): OnnxOutputs {
  return Object.fromEntries(
    names.flatMap((name) => {
      const tensor = outputs[name]
      return tensor === undefined ? [] : [[name, tensor]]
    }),
  )
}

/** onnxruntime would name only the first that is missing, and not what came instead. */
function checkNames(wanted: readonly string[], feeds: OnnxFeeds): void {
  if (wanted.every((name) => Object.hasOwn(feeds, name))) return
  const given = Object.keys(feeds).join(', ')
  throw new StartError(`collate() gave the inputs ${given}; the model takes ${wanted.join(', ')}`)
}

interface NamedOutput {
  readonly name: string
  readonly tensor: OnnxTensor
  readonly values: OnnxArray
}

function addRows(
  rows: Record<string, OutputRow>[],
  { name, tensor, values }: NamedOutput,
  { count, wanted }: BatchCount,
): void {
  const [batch, ...shape] = tensor.dims
  if (batch !== count) {
    throw new Error(
      `the model made the shape [${shapeText(tensor.dims)}] of a batch of ${count} in its output "${name}": ` +
        'the first dimension must be the batch',
    )
  }
  for (const [n, data] of splitRows(values, count, wanted).entries()) {
    const row = rows[n]
    if (row === undefined) rows[n] = { [name]: { data, shape } }
    else row[name] = { data, shape }
  }
}

function isTensor(outputs: OnnxOutputs | OnnxTensor): outputs is OnnxTensor {
  return 'dims' in outputs && Array.isArray(outputs.dims)
}
