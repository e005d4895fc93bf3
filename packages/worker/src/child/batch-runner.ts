/** Computes one batch: read, forward, encode, answer; a guilty item fails alone. */

import { type AnyWorker, type BatchItem, type Outcome, outcomes, type WorkerContext } from '@mosec/core'
import type { Batch } from './batch.ts'
import { leftMs } from './batch.ts'
import type { Blame } from './blame.ts'
import { CallContext } from './call-context.ts'
import { type CallGroup, CallGroups } from './call-groups.ts'
import { type CallLimits, ForwardCall } from './forward-call.ts'
import { InputReader, type Inputs, keepWanted } from './input-reader.ts'
import { type ForwardShape, forwardShape, isThenable } from './invoke.ts'
import { withOutputCheck } from './output-check.ts'
import { type LateOutput, OutputWriter } from './output-writer.ts'
import { ReadAhead } from './read-ahead.ts'
import { sendStream } from './stream-events.ts'
import { SLICE_MS, type Turn } from './turn.ts'

/** What happens to a batch whose `forward` throws: halves until the guilty are alone, or all of it fails. */
export type OnBatchError = 'isolate' | 'fail'

/** What a runner is made of. */
export interface BatchRunnerOptions extends CallLimits {
  readonly worker: AnyWorker
  readonly context: WorkerContext
  readonly onBatchError: OnBatchError
  readonly blame: Blame
  readonly turn: Turn
  /** A task failed alone, after the `forward` of its whole batch had thrown. */
  readonly isolated: () => void
  /** Results are checked against the worker's output schema. */
  readonly checksOutput: boolean
  /** A batch is computed, and its results are about to be written; only of workers that mostly wait for their model. */
  readonly computed: () => void
}

/** The end of some work: nothing when it has ended already, so that quick workers cost no promise. */
export type Wait = Promise<void> | undefined

/** Runs batches, one at a time; every item of a batch is answered when its wait is over. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions
  readonly #shape: ForwardShape
  readonly #ahead: ReadAhead
  readonly #groups: CallGroups
  readonly #writer: OutputWriter
  readonly #calls = new Set<ForwardCall>()
  /** Batches whose `forward` threw for several items at once. */
  readonly #halved = new WeakSet<Batch>()
  /** Batches of several calls, one after the other. */
  readonly #inParts = new WeakSet<Batch>()
  /** The last call of `forward` gave the event loop back at once. */
  #isModelElsewhere = false

  constructor(options: BatchRunnerOptions) {
    const { worker, replies, blame, checksOutput } = options
    const shape = forwardShape(worker)
    this.#options = options
    this.#shape = checksOutput ? withOutputCheck(shape, worker) : shape
    this.#ahead = new ReadAhead(new InputReader(worker, blame), replies)
    this.#groups = new CallGroups(worker, blame)
    this.#writer = new OutputWriter(worker, replies, blame)
  }

  /** Computes the batch. Never rejects on account of the worker. */
  run(batch: Batch): Wait {
    const { items } = batch
    if (!this.#shape.takesOne || items.length === 1) return this.#call(items, batch)
    this.#inParts.add(batch)
    const alone = items.map((item) => () => this.#call([item], batch))
    return this.#shape.isStream ? this.#together(alone) : this.#inOrder(alone)
  }

  /** Reads the inputs of the batch that is next until the turn is over. True when there is more to read. */
  readAhead({ items }: Batch): boolean {
    if (this.#shape.takesOne && items.length > 1) return false
    return this.#ahead.advance(items, this.#options.turn)
  }

  /** Some tasks were cancelled: aborts the calls that nobody waits for. */
  checkWanted(): void {
    for (const call of this.#calls) call.checkWanted()
  }

  /** Credit for a stream came; one that has ended needs none. */
  grant(id: number, credit: number): void {
    for (const call of this.#calls) call.grant(id, credit)
  }

  /** Aborts what runs; its results are dropped. */
  abandon(): void {
    for (const call of this.#calls) call.abandon()
  }

  #together(calls: readonly (() => Wait)[]): Wait {
    const waits = calls.map((call) => call()).filter((wait) => wait !== undefined)
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {})
  }

  /** One call after the other, without a promise as long as the calls give none. */
  #inOrder(calls: readonly (() => Wait)[], from = 0): Wait {
    for (let next = from; next < calls.length; next++) {
      const wait = calls[next]?.()
      if (wait === undefined) continue
      return wait.then(() => {
        this.#options.replies.flushSoon()
        return this.#inOrder(calls, next + 1)
      })
    }
    return undefined
  }

  #call(group: readonly BatchItem[], batch: Batch): Wait {
    const wanted = this.#options.replies.takeWanted(group)
    const deadlineMs = leftMs(batch, this.#options.clock)
    if (deadlineMs <= 0) return this.#failAll(wanted, outcomes.timeout)
    const inputs = this.#ahead.read(group, wanted)
    const context = new CallContext(this.#options.context, deadlineMs)
    if (!isThenable(inputs)) return this.#compute(inputs, context, batch)
    return this.#computeLater(new ForwardCall(wanted, context, this.#options), inputs, batch)
  }

  #compute(inputs: Inputs, context: CallContext, batch: Batch): Wait {
    const groups = this.#groups.of(inputs)
    for (const { id, outcome } of inputs.refused) this.#options.replies.fail(id, outcome)
    const [group] = groups
    if (group === undefined) return undefined
    if (groups.length === 1) return this.#forward(group.items, group.values, context, batch)
    this.#inParts.add(batch)
    return this.#inOrder(groups.map((one) => () => this.#computeGroup(one, batch)))
  }

  /** A group may have waited for others: some of its tasks have left, or all are too late. */
  #computeGroup(group: CallGroup, batch: Batch): Wait {
    const { replies, clock, context } = this.#options
    const wanted = replies.takeWanted(group.items)
    const deadlineMs = leftMs(batch, clock)
    if (deadlineMs <= 0) return this.#failAll(wanted, outcomes.timeout)
    const { items, values } = keepWanted(group, wanted)
    if (items.length === 0) return undefined
    return this.#forward(items, values, new CallContext(context, deadlineMs), batch)
  }

  /** Reading that takes its time has as much as `forward`, and may be late as well. */
  async #computeLater(check: ForwardCall, reading: Promise<Inputs>, batch: Batch): Promise<void> {
    this.#calls.add(check)
    const inputs = await reading
    this.#close(check)
    if (check.isOver) return
    const wanted = this.#options.replies.takeWanted(inputs.items)
    const context = new CallContext(this.#options.context, leftMs(batch, this.#options.clock))
    await this.#compute(keepWanted(inputs, wanted), context, batch)
  }

  #forward(items: readonly BatchItem[], inputs: unknown[], context: CallContext, batch: Batch): Wait {
    let result: unknown
    const startMs = this.#options.clock.now()
    try {
      result = this.#shape.invoke(inputs, context)
    } catch (error) {
      return this.#threw(items, error, batch)
    }
    if (!this.#shape.isStream && !isThenable(result)) return this.#settle(items, result, batch)
    this.#isModelElsewhere = this.#options.clock.now() - startMs < SLICE_MS
    return this.#finish(new ForwardCall(items, context, this.#options), result, batch)
  }

  async #finish(call: ForwardCall, result: unknown, batch: Batch): Promise<void> {
    this.#calls.add(call)
    let results: unknown
    let thrown: { readonly error: unknown } | undefined
    try {
      results = await result
      if (this.#shape.isStream && !call.isOver) await this.#sendStreams(call, results)
    } catch (error) {
      thrown = { error }
    }
    this.#close(call)
    if (call.isOver) return
    if (thrown !== undefined) await this.#threw(call.items, thrown.error, batch)
    else if (!this.#shape.isStream) {
      if (this.#isModelElsewhere && !this.#inParts.has(batch)) this.#options.computed()
      await this.#settle(call.items, results, batch)
    }
  }

  #close(call: ForwardCall): void {
    call.close()
    this.#calls.delete(call)
  }

  async #sendStreams(call: ForwardCall, results: unknown): Promise<void> {
    const streams = this.#shape.takesOne ? [results] : this.#asList(call.items, results)
    if (streams === undefined) return
    await Promise.all(call.items.map((item, index) => sendStream(call, item, streams[index], this.#options)))
  }

  #settle(items: readonly BatchItem[], results: unknown, batch: Batch): Wait {
    const values = this.#shape.takesOne ? [results] : this.#asList(items, results)
    if (values === undefined) return undefined
    const late = this.#writer.write(items, values)
    return late.length === 0 ? undefined : this.#settleLater(late, batch)
  }

  /** Writing that takes its time has as much as `forward`, and may be late as well. */
  async #settleLater(late: readonly LateOutput[], batch: Batch): Promise<void> {
    const context = new CallContext(this.#options.context, leftMs(batch, this.#options.clock))
    const call = new ForwardCall(
      late.map(({ item }) => item),
      context,
      this.#options,
    )
    this.#calls.add(call)
    await this.#writer.writeLate(late, call)
    this.#close(call)
  }

  /**
   * The guilty item is known when it was alone in the call; one that is left over by cancels may be innocent.
   * Inputs are decoded anew, since `forward` may have changed them.
   */
  #threw(items: readonly BatchItem[], error: unknown, batch: Batch): Wait {
    const { blame, onBatchError } = this.#options
    const wanted = this.#options.replies.takeWanted(items)
    if (wanted.length === 0) return undefined
    if (items.length === 1 && this.#halved.has(batch)) this.#options.isolated()
    if (items.length === 1 || onBatchError === 'fail') return this.#failAll(wanted, blame(error, 'forward'))
    this.#halved.add(batch)
    this.#inParts.add(batch)
    const middle = wanted.length >> 1
    const halves = [wanted.slice(0, middle), wanted.slice(middle)]
    return this.#inOrder(halves.map((half) => () => this.#call(half, batch)))
  }

  #failAll(items: readonly BatchItem[], outcome: Outcome): undefined {
    for (const { id } of items) this.#options.replies.fail(id, outcome)
    return undefined
  }

  /** One result for each item; otherwise nobody knows which is whose, and all fail. */
  #asList(items: readonly BatchItem[], results: unknown): readonly unknown[] | undefined {
    if (Array.isArray(results) && results.length === items.length) return results
    const got = Array.isArray(results) ? `${results.length} results` : typeof results
    const { logger } = this.#options.context
    logger.error(
      `${this.#options.worker.constructor.name}.forward got ${items.length} inputs and returned ${got}: ` +
        'it must return a list with one result for each input, in the same order',
    )
    return this.#failAll(items, outcomes.inferenceError)
  }
}
