/** The queue of batches that a replica holds, computed strictly one after the other. */

import type { BatchItem, Clock } from '@mosec/core'
import type { Grant } from '../control/control-messages.ts'
import { type Deferred, deferred } from '../deferred.ts'
import type { Batch } from './batch.ts'
import type { BatchRunner } from './batch-runner.ts'
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
 */
export class BatchLoop {
  readonly #options: BatchLoopOptions
  readonly #queue: Batch[] = []
  readonly #broken = deferred<never>()
  #running: Batch | undefined
  #isBusy = false
  #idle: Deferred<void> | undefined

  constructor(options: BatchLoopOptions) {
    this.#options = options
  }

  /** Takes a batch; batches that come in one go are computed in one go. */
  push(items: readonly BatchItem[], budgetMs: number): void {
    this.#queue.push({ items, budgetMs, receivedMs: this.#options.clock.now() })
    if (this.#isBusy) return
    this.#isBusy = true
    queueMicrotask(() => {
      this.#options.turn.begin()
      this.#pump()
    })
  }

  /** Nobody waits for these tasks. One that is not here has left already, or was never here. */
  cancel(ids: readonly number[]): void {
    const cancelled = new Set(ids)
    for (const batch of this.#held()) {
      for (const { id } of batch.items) if (cancelled.has(id)) this.#options.replies.cancel(id)
    }
    this.#options.runner.checkWanted()
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

  #held(): readonly Batch[] {
    return this.#running === undefined ? this.#queue : [this.#running, ...this.#queue]
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
    const { replies, turn } = this.#options
    this.#running = batch
    replies.flushSoon()
    const resume = (): void => {
      this.#running = undefined
      replies.forget(batch.items)
      if (this.#queue.length > 0 && turn.isOver()) this.#resumeNextTurn()
      else this.#pump()
    }
    wait.then(resume).catch((error) => this.break(error))
  }

  #resumeNextTurn(): void {
    this.#options.replies.flush()
    this.#options.turn.next(() => this.#pump())
  }

  #becomeIdle(): void {
    this.#options.replies.flush()
    this.#isBusy = false
    this.#idle?.resolve()
    this.#idle = undefined
  }
}
