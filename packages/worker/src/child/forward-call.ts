/** One call of `forward` that has not returned: who waits for it, and until when. */

import { type BatchItem, type Clock, outcomeOf, outcomes, TimeoutError, type Timer } from '@mosec/core'
import type { CallContext } from './call-context.ts'
import type { Replies } from './replies.ts'
import { StreamWindow } from './stream-window.ts'

/** Longest delay that the machine's timers keep; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** What all calls of a replica share. */
export interface CallLimits {
  readonly clock: Clock
  readonly replies: Replies
  /** Longest that a call may take, in milliseconds; `Infinity` for no limit. */
  readonly timeoutMs: number
  /** Time that a call may still run once it is late, in milliseconds; `Infinity` for no limit. */
  readonly hangGraceMs: number
  /** A late call has not ended within that time: it never may. */
  readonly hung: (error: Error) => void
}

/** A running call. Its items are answered by it, or by its timeout, whichever comes first. */
export class ForwardCall {
  readonly items: readonly BatchItem[]
  readonly context: CallContext
  readonly #limits: CallLimits
  readonly #ended = new Set<number>()
  readonly #windows = new Map<number, StreamWindow>()
  #timer: Timer | undefined
  #isOver = false

  constructor(items: readonly BatchItem[], context: CallContext, limits: CallLimits) {
    this.items = items
    this.context = context
    this.#limits = limits
    this.#startTimer(Math.min(limits.timeoutMs, context.deadlineMs), () => this.#expire())
  }

  /** Its results come too late: they are dropped. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Somebody still waits for this task's part of the call. */
  isWanted(id: number): boolean {
    return !this.#isOver && !this.#limits.replies.isCancelled(id)
  }

  /** This task's part is done, while the call goes on for others. */
  ended(id: number): void {
    this.#ended.add(id)
  }

  /** The window of this task's stream, which begins now. */
  openWindow(id: number): StreamWindow {
    const window = new StreamWindow()
    this.#windows.set(id, window)
    return window
  }

  /** Credit for a stream, which may be another call's. */
  grant(id: number, credit: number): void {
    this.#windows.get(id)?.grant(credit)
  }

  /** Aborts the signal when the last one who waited has left. */
  checkWanted(): void {
    this.#releaseUnwanted()
    if (this.items.every(({ id }) => this.#ended.has(id) || !this.isWanted(id))) this.context.abort()
  }

  /** The parent is gone: nobody waits for anything. */
  abandon(): void {
    this.#isOver = true
    this.#releaseUnwanted()
    this.context.abort()
  }

  /** It returned. */
  close(): void {
    this.#timer?.cancel()
  }

  #releaseUnwanted(): void {
    for (const [id, window] of this.#windows) if (!this.isWanted(id)) window.release()
  }

  #startTimer(delayMs: number, callback: () => void): void {
    if (delayMs <= MAX_TIMER_MS) this.#timer = this.#limits.clock.after(delayMs, callback)
  }

  #expire(): void {
    const { timeoutMs, replies, hangGraceMs, hung } = this.#limits
    const isStageTimeout = timeoutMs <= this.context.deadlineMs
    const error = new TimeoutError(`forward did not end within ${timeoutMs} ms`)
    const outcome = isStageTimeout ? outcomeOf(error) : outcomes.timeout
    for (const { id } of this.items) if (!this.#ended.has(id)) replies.fail(id, outcome)
    this.#isOver = true
    this.#releaseUnwanted()
    replies.flush()
    this.context.abort(isStageTimeout ? error : undefined)
    const text = `forward still runs ${hangGraceMs} ms after its time was over, although its signal is aborted`
    this.#startTimer(hangGraceMs, () => hung(new Error(text)))
  }
}
