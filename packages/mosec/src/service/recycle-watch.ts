/** Watches one process of a replica from its start: when has it done, lived or grown enough? */

import type { Clock, RecycleReason, ReplicaReport, Timer } from '@mosec/core'
import type { RecycleLimits } from '../recycle-options.ts'

/** Why a process is to be replaced, with its figures for the log. */
export interface Due {
  readonly reason: RecycleReason
  readonly batches: number
  readonly ageMs: number
  /** Undefined where it is not known. */
  readonly rssBytes: number | undefined
}

/** What a watch is made of. */
export interface RecycleWatchOptions {
  readonly limits: RecycleLimits
  readonly clock: Clock
  /** Memory of the process now, in bytes. */
  readonly readRss: () => number | undefined
  /** Told once. */
  readonly onDue: (due: Due) => void
  /** Told instead of watching the memory: this is what a fresh process takes already. */
  readonly onTooLow: (rssBytes: number) => void
  /** From 0 to 1. */
  readonly random: () => number
}

/** Reading it costs about 20 us. */
const RSS_EVERY_MS = 1_000
/** Replicas that started together shall not be replaced together. */
const AGE_JITTER = 0.1

/** From the time that the process is ready. */
export class RecycleWatch {
  readonly #options: RecycleWatchOptions
  readonly #readyMs: number
  readonly #timers = new Map<'age' | 'rss', Timer>()
  #batches = 0
  #isOver = false

  constructor(options: RecycleWatchOptions) {
    this.#options = options
    this.#readyMs = options.clock.now()
    const { maxAgeMs, maxRssBytes } = options.limits
    if (maxAgeMs < Infinity) this.#watchAge(maxAgeMs * (1 - AGE_JITTER * options.random()))
    if (maxRssBytes < Infinity) this.#beginRss(maxRssBytes)
  }

  /** It was given a batch. */
  sent(): void {
    this.#batches++
    if (this.#batches >= this.#options.limits.maxBatches) this.#end('batches')
  }

  /** It said this of itself. */
  reported({ gauges = {} }: ReplicaReport): void {
    const limits = Object.entries(this.#options.limits.maxGauges)
    if (limits.some(([name, most]) => (gauges[name] ?? Number.NEGATIVE_INFINITY) >= most)) this.#end('gauge')
  }

  /** Nothing is said any more. */
  stop(): void {
    this.#isOver = true
    for (const timer of this.#timers.values()) timer.cancel()
  }

  #watchAge(ageMs: number): void {
    this.#timers.set(
      'age',
      this.#options.clock.after(ageMs, () => this.#end('age')),
    )
  }

  /** A process that is too large from the start would be replaced for ever. */
  #beginRss(maxRssBytes: number): void {
    const fresh = this.#options.readRss() ?? 0
    if (fresh < maxRssBytes) this.#watchRss(maxRssBytes)
    else this.#options.onTooLow(fresh)
  }

  #watchRss(maxRssBytes: number): void {
    const look = (): void => {
      if ((this.#options.readRss() ?? 0) >= maxRssBytes) this.#end('rss')
      else this.#watchRss(maxRssBytes)
    }
    this.#timers.set('rss', this.#options.clock.after(RSS_EVERY_MS, look))
  }

  #end(reason: RecycleReason): void {
    if (this.#isOver) return
    this.stop()
    const { clock, readRss, onDue } = this.#options
    onDue({ reason, batches: this.#batches, ageMs: clock.now() - this.#readyMs, rssBytes: readRss() })
  }
}
