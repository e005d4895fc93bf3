/** The queue of batches that a replica holds, computed strictly one after the other; reading and writing overlap. */

import type { BatchItem, Clock } from '@mosec/core'
import type { Grant } from '../control/control-messages.ts'
import { type Deferred, deferred } from '../deferred.ts'
import type { Batch } from './batch.ts'
import type { BatchRunner } from './batch-runner.ts'
import { EarlyCancels } from './early-cancels.ts'
import type { Replies } from './replies.ts'
import type { Turn } from './turn.ts'

/** What a loop is made of. */
export interface BatchLoopOptions {
  readonly runner: BatchRunner
  readonly replies: Replies
  readonly turn: Turn
  readonly clock: Clock
}

/**
 * ```
 * channel -> push -> queue -> run, one batch at a time -> replies of a turn in one go -> channel
 * ```
 * Quick batches run in a plain loop; after a slice of time the event loop gets its turn, since cancels come through it.
 * A batch that takes its time is waited for, and meanwhile the next one is read; once it is computed, the next one starts
 * before the results are written.
 */
export class BatchLoop {
  readonly #options: BatchLoopOptions
  readonly #queue: Batch[] = []
  readonly #early: EarlyCancels
  readonly #broken = deferred<never>()
  #running: Batch | undefined
  /** Computed, and being written while the next one runs. */
  readonly #ending = new Set<Batch>()
  #isBusy = false
  #isTurnAwaited = false
  /** Turns of the event loop that were seen, and how many it were when the present batch began. */
  #turns = 0
  #startTurn = 0
  #isWatchingTurns = false
  #idle: Deferred<void> | undefined

  constructor(options: BatchLoopOptions) {
    this.#options = options
    this.#early = new EarlyCancels(options.clock)
  }

  /** Takes a batch; batches that come in one go are computed in one go. */
  push(items: readonly BatchItem[], budgetMs: number): void {
    this.#queue.push({ items, budgetMs, receivedMs: this.#options.clock.now() })
    if (!this.#early.isEmpty) this.#cancelEarly(items)
    if (this.#running !== undefined) this.#useTurns()
    if (this.#isBusy) return
    this.#isBusy = true
    queueMicrotask(() => {
      this.#options.turn.begin()
      this.#pump()
    })
  }

  /** Nobody waits for these tasks. One that is not here has left already, or is yet to come. */
  cancel(ids: readonly number[]): void {
    const cancelled = new Set(ids)
    for (const batch of this.#held()) {
      for (const { id } of batch.items) if (cancelled.delete(id)) this.#options.replies.cancel(id)
    }
    for (const id of cancelled) this.#early.add(id)
    this.#options.runner.checkWanted()
  }

  /**
   * The running batch is computed, and will be written: starts the next one first. Not when the event loop has not
   * turned since it began, since then nothing would ever be written.
   */
  handOver(): void {
    const batch = this.#running
    if (batch === undefined || this.#queue.length === 0 || this.#turns === this.#startTurn) return
    this.#running = undefined
    this.#ending.add(batch)
    this.#pump()
  }

  /** These streams may go on. */
  grant(grants: readonly Grant[]): void {
    for (const { id, credit } of grants) this.#options.runner.grant(id, credit)
  }

  /**
   * Resolves when nothing is held.
   * @throws what broke the loop itself, a channel that cannot send, say.
   */
  idle(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve()
    this.#idle ??= deferred()
    return Promise.race([this.#idle.promise, this.#broken.promise])
  }

  /** Drops what waits, aborts what runs, and resolves when that has ended. */
  abandon(): Promise<void> {
    this.#queue.length = 0
    this.#options.runner.abandon()
    return this.idle()
  }

  /** It cannot go on: `idle` and `broken` reject with this error. */
  break(error: unknown): void {
    this.#broken.reject(error)
  }

  /** Rejects when the loop itself breaks; never resolves. */
  get broken(): Promise<never> {
    return this.#broken.promise
  }

  #cancelEarly(items: readonly BatchItem[]): void {
    for (const { id } of items) if (this.#early.take(id)) this.#options.replies.cancel(id)
  }

  #held(): readonly Batch[] {
    const running = this.#running === undefined ? [] : [this.#running]
    return [...this.#ending, ...running, ...this.#queue]
  }

  #pump(): void {
    try {
      this.#runQueue()
    } catch (error) {
      this.break(error)
    }
  }

  #runQueue(): void {
    const { turn, replies, runner } = this.#options
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      const wait = runner.run(batch)
      if (wait !== undefined) {
        this.#resumeAfter(wait, batch)
        return
      }
      replies.forget(batch.items)
      if (turn.isOver()) {
        this.#resumeNextTurn()
        return
      }
    }
    this.#becomeIdle()
  }

  /** Replies to earlier batches must not wait for this one. */
  #resumeAfter(wait: Promise<void>, batch: Batch): void {
    const { replies } = this.#options
    this.#running = batch
    this.#startTurn = this.#turns
    this.#useTurns()
    replies.flushSoon()
    wait.then(() => this.#ended(batch)).catch((error) => this.break(error))
  }

  #ended(batch: Batch): void {
    const { replies, turn } = this.#options
    replies.forget(batch.items)
    if (this.#ending.delete(batch)) {
      replies.flushSoon()
      if (this.#running === undefined && !this.#isTurnAwaited) this.#pump()
      return
    }
    this.#running = undefined
    if (this.#queue.length > 0 && turn.isOver()) this.#resumeNextTurn()
    else this.#pump()
  }

  /** While a batch runs, the turns of the event loop are there to read the next one, a slice in each. */
  #useTurns(): void {
    if (this.#isWatchingTurns) return
    this.#isWatchingTurns = true
    const { turn, runner } = this.#options
    turn.next(() => {
      this.#isWatchingTurns = false
      this.#turns++
      const [next] = this.#queue
      if (this.#running !== undefined && next !== undefined && runner.readAhead(next)) this.#useTurns()
    })
  }

  #resumeNextTurn(): void {
    this.#options.replies.flush()
    this.#isTurnAwaited = true
    this.#options.turn.next(() => {
      this.#isTurnAwaited = false
      this.#pump()
    })
  }

  #becomeIdle(): void {
    this.#options.replies.flush()
    if (this.#ending.size > 0) return
    this.#isBusy = false
    this.#idle?.resolve()
    this.#idle = undefined
  }
}
