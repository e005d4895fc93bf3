/** Turns a task's events and its end into a stream of server-sent events, whatever carries the bytes. */

import type { Clock, Outcome, TaskSink, Timer } from '@mosec/core'
import { errorEvent, KEEP_ALIVE_COMMENT, messageEvent } from './sse-format.ts'
import { statusOf } from './statuses.ts'

/** What carries the bytes: a node response, or a web response's stream. */
export interface EventOutlet {
  /** Sends the head of a 200 answer; called at most once, before any `write`. */
  open(): void
  /** `false` means full: the client reads slower than this is written. Its owner then calls `Submitter.resume`. */
  write(bytes: Uint8Array): boolean
  /** The last call after `open`. `status` is the outcome's, which metrics count. */
  end(status: number): void
  /** Instead of all others: a plain answer. */
  answer(outcome: Outcome): void
}

/** Options of {@link SseSink}. */
export interface SseSinkOptions {
  readonly outlet: EventOutlet
  readonly clock: Clock
  /** The client's `Accept` names `text/event-stream`: errors before the first event go into the stream too. */
  readonly wantsEvents: boolean
}

/** Silence after which a keep-alive comment is sent, in milliseconds. */
const KEEP_ALIVE_MS = 3000

/** One stream's state: not open, open, over. */
export class SseSink implements TaskSink {
  readonly #options: SseSinkOptions
  #isOpen = false
  #isOver = false
  #lastWriteMs = 0
  #timer: Timer | undefined

  constructor(options: SseSinkOptions) {
    this.#options = options
  }

  /** The task was admitted. A client that named the type gets its head (and keep-alives) at once. */
  admitted(): void {
    if (this.#options.wantsEvents && !this.#isOver) this.#open()
  }

  event(bytes: Uint8Array): boolean {
    if (this.#isOver) return true
    this.#open()
    return this.#write(messageEvent(bytes))
  }

  settled(outcome: Outcome): void {
    if (this.#isOver) return
    if (outcome.code === 'ok') this.#open()
    if (!this.#isOpen) {
      this.stop()
      this.#options.outlet.answer(outcome)
      return
    }
    if (outcome.code !== 'ok') this.#write(errorEvent(outcome))
    this.stop()
    this.#options.outlet.end(statusOf(outcome))
  }

  /** Nothing is written from now on; the client left, or all is said. */
  stop(): void {
    this.#isOver = true
    this.#timer?.cancel()
  }

  #open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#options.outlet.open()
    this.#lastWriteMs = this.#options.clock.now()
    this.#wait(KEEP_ALIVE_MS)
  }

  #write(bytes: Uint8Array): boolean {
    this.#lastWriteMs = this.#options.clock.now()
    return this.#options.outlet.write(bytes)
  }

  /** One timer that looks back, so that an event costs no timer of its own. */
  #wait(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => {
      const silentMs = this.#options.clock.now() - this.#lastWriteMs
      if (silentMs >= KEEP_ALIVE_MS) this.#write(KEEP_ALIVE_COMMENT)
      this.#wait(silentMs >= KEEP_ALIVE_MS ? KEEP_ALIVE_MS : KEEP_ALIVE_MS - silentMs)
    })
  }
}
