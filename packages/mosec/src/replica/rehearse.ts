/** Makes a worker report what goes in and out of it, for a dry run; its warm-up stays what it is. */

import { serialize } from 'node:v8'
import {
  type AnyWorker,
  type Awaitable,
  type ForwardContext,
  readValue,
  type StandardSchema,
} from '@mosec/core'
import { describeValue } from '../dry-run/describe-value.ts'
import type { Ask, Report, RunAsk, RunReport, RunResult } from '../dry-run/visit.ts'

/** An ask that came instead of an input. */
class Visit {
  readonly ask: Ask

  constructor(ask: Ask) {
    this.ask = ask
  }
}

/** The worker's own methods. */
interface Original {
  readonly worker: AnyWorker
  readonly takesOne: boolean
  readonly isStream: boolean
  readonly forward: (input: unknown, context: ForwardContext) => unknown
  readonly deserializeIpc: (bytes: Uint8Array) => unknown
  readonly serializeIpc: (value: unknown) => Awaitable<Uint8Array>
  readonly output: StandardSchema | undefined
}

/** From now on this worker's inputs are asks and its results reports. */
export function rehearse(worker: AnyWorker): void {
  const original = originalOf(worker)
  const visit = ({ ask }: Visit, context: ForwardContext): unknown =>
    original.isStream ? asEvent(report(original, ask, context)) : report(original, ask, context)
  replace(worker, {
    // An ask is no client's value.
    input: undefined,
    output: undefined,
    deserializeIpc: (bytes: Uint8Array) => new Visit(readValue(bytes) as Ask),
    serializeIpc: (value: unknown) => serialize(value),
    forward(input: unknown, context: ForwardContext): unknown {
      if (input instanceof Visit) return visit(input, context)
      if (!Array.isArray(input) || !(input[0] instanceof Visit)) return original.forward(input, context)
      return original.isStream
        ? input.map((one) => visit(one, context))
        : Promise.all(input.map((one) => visit(one, context)))
    },
  })
}

/** Getters of the class give way too. */
function replace(worker: AnyWorker, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(worker, name, { value, writable: true, configurable: true })
  }
}

function originalOf(worker: AnyWorker): Original {
  const forward = worker.forward.bind(worker) as Original['forward']
  return {
    worker,
    takesOne: worker.kind === 'single' || worker.kind === 'stream',
    isStream: worker.kind === 'stream' || worker.kind === 'batch-stream',
    forward,
    deserializeIpc: worker.deserializeIpc.bind(worker),
    serializeIpc: worker.serializeIpc.bind(worker),
    output: worker.output,
  }
}

async function report(original: Original, ask: Ask, context: ForwardContext): Promise<Report> {
  if (ask.kind === 'count') return { kind: 'count', examples: examplesOf(original).length }
  return run(original, ask, context)
}

async function run(original: Original, ask: RunAsk, context: ForwardContext): Promise<RunReport> {
  let input: string | undefined
  let startedMs = performance.now()
  let endedMs: number | undefined
  const told = () => ({ kind: 'run', input, durationMs: (endedMs ?? performance.now()) - startedMs }) as const
  try {
    const value = await inputOf(original, ask)
    // In words now: `forward` may change it.
    input = describeValue(value)
    startedMs = performance.now()
    const output = await forwardOne(original, value, context)
    endedMs = performance.now()
    return { ...told(), result: await resultOf(original, output, ask) }
  } catch (error) {
    return { ...told(), result: { isFailure: true, message: String(error) } }
  }
}

/** A stream cannot carry an object: its one event is the report's bytes in base64. */
async function* asEvent(reporting: Promise<Report>): AsyncGenerator<string> {
  yield serialize(await reporting).toString('base64')
}

function inputOf(original: Original, { input }: RunAsk): unknown {
  return 'example' in input ? examplesOf(original)[input.example] : original.deserializeIpc(input.bytes)
}

/** Single inputs: an example of a worker of batches is a batch. */
function examplesOf({ worker, takesOne }: Original): readonly unknown[] {
  const examples = worker.examples ?? (worker.example === undefined ? [] : [worker.example])
  return takesOne ? examples : examples.flat(1)
}

async function forwardOne(original: Original, value: unknown, context: ForwardContext): Promise<unknown> {
  const { takesOne, isStream, forward } = original
  const given = await forward(takesOne ? value : [value], context)
  const output = takesOne ? given : onlyOne(given)
  if (output instanceof Error) throw output
  if (isStream) return eventsOf(output as AsyncIterable<unknown>)
  await checkOutput(original, output)
  return output
}

async function checkOutput({ output }: Original, value: unknown): Promise<void> {
  const { issues = [] } = (await output?.['~standard'].validate(value)) ?? {}
  if (issues.length === 0) return
  throw new Error(`the output schema refuses the result: ${issues.map(({ message }) => message).join('; ')}`)
}

function onlyOne(results: unknown): unknown {
  if (Array.isArray(results) && results.length === 1) return results[0]
  const got = Array.isArray(results) ? `${results.length} results` : typeof results
  throw new Error(`forward gives one result per input: 1 expected, got ${got}`)
}

async function eventsOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = []
  for await (const event of stream) events.push(event)
  return events
}

async function resultOf(original: Original, output: unknown, { isLast }: RunAsk): Promise<RunResult> {
  const { worker, isStream, serializeIpc } = original
  const words = { isFailure: false, output: describeValue(output) } as const
  if (isStream) {
    const bytes = Buffer.from((output as readonly string[]).join(''))
    return { ...words, bytes, mimeType: 'text/event-stream' }
  }
  if (!isLast) return { ...words, bytes: await serializeIpc(output), mimeType: undefined }
  const mimeType = worker.codecs[0]?.mimeTypes[0] ?? 'application/octet-stream'
  return { ...words, bytes: worker.serialize(output, 0), mimeType }
}
