/** Runs the worker's examples before anybody waits for it: models compile and allocate on their first call. */

import type { AnyWorker, WorkerContext } from '@mosec/core'
import { CallContext } from './call-context.ts'
import { forwardShape } from './invoke.ts'
import { events } from './stream-events.ts'

/**
 * Calls `forward` on `examples`, or on `example`, one after the other, as in service. Results are ignored, streams
 * read to their end.
 * @throws what the worker throws.
 */
export async function warmUp(worker: AnyWorker, context: WorkerContext): Promise<void> {
  const shape = forwardShape(worker)
  for (const example of examplesOf(worker)) {
    const inputs = shape.takesOne ? [example] : listOf(example)
    const results = await shape.invoke(inputs, new CallContext(context, Infinity))
    if (shape.isStream) await readAll(shape.takesOne ? [results] : listOf(results))
  }
}

function examplesOf(worker: AnyWorker): readonly unknown[] {
  if (worker.examples !== undefined) return worker.examples
  return worker.example === undefined ? [] : [worker.example]
}

/** @throws TypeError when a batch worker's example or result is no list. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError(`a batch worker's example and result are lists, got ${typeof value}`)
}

async function readAll(streams: readonly unknown[]): Promise<void> {
  await Promise.all(streams.map(readStream))
}

async function readStream(stream: unknown): Promise<void> {
  for await (const _ of events(stream)) {
    // Only that the stream ends matters.
  }
}
