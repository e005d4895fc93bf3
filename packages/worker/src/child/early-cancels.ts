/** Cancels of tasks that are not here: their batch comes by another way, and may be overtaken. */

import type { Clock } from '@mosec/core'

/** Far longer than a batch is under way; most of these tasks were answered before, and ids come again one day. */
const KEPT_MS = 10_000

/** Remembers them for a while. */
export class EarlyCancels {
  readonly #clock: Clock
  /** When each came, oldest first, in clock milliseconds. */
  readonly #cameMs = new Map<number, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#cameMs.size === 0
  }

  /** Nobody waits for this task, should it come. */
  add(id: number): void {
    const nowMs = this.#clock.now()
    for (const [old, cameMs] of this.#cameMs) {
      if (nowMs - cameMs < KEPT_MS) break
      this.#cameMs.delete(old)
    }
    this.#cameMs.delete(id)
    this.#cameMs.set(id, nowMs)
  }

  /** The task has come. True when nobody waits for it. */
  take(id: number): boolean {
    const cameMs = this.#cameMs.get(id)
    return this.#cameMs.delete(id) && this.#clock.now() - (cameMs ?? 0) < KEPT_MS
  }
}
