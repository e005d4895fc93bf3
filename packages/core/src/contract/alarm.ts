/** One timer for many times: it rings at the earliest, and is not set anew for each. */

import type { Clock, Timer } from './clock.ts'

/** Rings once at the earliest time that was asked for since it last rang. */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #timer: Timer | undefined = undefined
  #ringsAtMs = Number.POSITIVE_INFINITY

  /** @param ring called when it rings; asks again for what is still to come. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Asks for a time, in clock milliseconds; `Infinity` asks for nothing. */
  ringAt(atMs: number): void {
    if (atMs >= this.#ringsAtMs) return
    this.#timer?.cancel()
    this.#ringsAtMs = atMs
    this.#timer = this.#clock.after(atMs - this.#clock.now(), () => {
      this.#ringsAtMs = Number.POSITIVE_INFINITY
      this.#ring()
    })
  }

  /** Forgets what was asked for. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#ringsAtMs = Number.POSITIVE_INFINITY
  }
}
