/** Keeps a replica's loop from holding the event loop: cancels and heartbeats must get in. */

import type { Clock } from '@mosec/core'

/** How long the loop may compute quick batches before it lets the event loop turn, in milliseconds. */
export const SLICE_MS = 1

/** The present turn of the event loop, as the loop sees it. */
export class Turn {
  readonly #clock: Clock
  #startedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A turn begins now. */
  begin(): void {
    this.#startedMs = this.#clock.now()
  }

  /** The loop has had its share of this turn. */
  isOver(): boolean {
    return this.#clock.now() - this.#startedMs >= SLICE_MS
  }

  /** Runs `callback` at the beginning of the next turn. */
  next(callback: () => void): void {
    this.#clock.soon(() => {
      this.begin()
      callback()
    })
  }
}
