/** Tells the observer of each finished answer, and keeps what it throws away from the request. */

import type { Answered } from '@mosec/core'
import type { ResolvedOptions } from './options.ts'

/** Status counted for a client that left before its answer was complete. */
export const CLIENT_LEFT = 499

/** What is told of an answer. */
export interface MeteredAnswer extends Omit<Answered, 'durationMs'> {
  /** When the head of the request was there. */
  readonly startMs: number
}

/** The observer's end of the HTTP face. */
export class Meter {
  readonly #options: Pick<ResolvedOptions, 'observer' | 'clock' | 'logger'>
  #hasReported = false

  constructor(options: Pick<ResolvedOptions, 'observer' | 'clock' | 'logger'>) {
    this.#options = options
  }

  /** Clock milliseconds, for {@link answered}. */
  now(): number {
    return this.#options.clock.now()
  }

  /** Tells of a finished answer, or of one that its client did not wait for. */
  answered({ endpoint, status, left, startMs }: MeteredAnswer): void {
    const { observer, clock } = this.#options
    const durationMs = clock.now() - startMs
    // Spelled out: spreading costs a microsecond, and this is said of each request.
    const answer =
      left === undefined ? { endpoint, status, durationMs } : { endpoint, status, durationMs, left }
    try {
      observer.answered?.(answer)
    } catch (error) {
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    if (this.#hasReported) return
    this.#hasReported = true
    this.#options.logger.error('an observer threw in answered(); this is said once', { error })
  }
}
