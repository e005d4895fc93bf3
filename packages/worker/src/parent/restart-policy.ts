/** How long to wait before a dead replica is started again. */

import type { Clock } from '@mosec/core'

/** The back-off: it doubles from `firstMs` to `maxMs`. */
export interface RestartOptions {
  /** Wait before the first restart, in milliseconds. */
  readonly firstMs: number
  /** Longest wait, in milliseconds. */
  readonly maxMs: number
  /** A replica that was ready for so long starts from `firstMs` again, in milliseconds. */
  readonly healthyMs: number
}

/** 100 ms doubling to 10 s, forgotten after a healthy minute. */
export const restartDefaults: RestartOptions = { firstMs: 100, maxMs: 10_000, healthyMs: 60_000 }

/** Remembers one replica's deaths. */
export class RestartPolicy {
  readonly #options: RestartOptions
  readonly #clock: Clock
  #readyMs: number | undefined
  #nextMs: number

  constructor(options: RestartOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#nextMs = options.firstMs
  }

  /** The replica is ready. */
  ready(): void {
    this.#readyMs = this.#clock.now()
  }

  /** The replica died, ready or not. @returns the wait before it is started again, in milliseconds. */
  died(): number {
    const { firstMs, maxMs, healthyMs } = this.#options
    const wasHealthy = this.#readyMs !== undefined && this.#clock.now() - this.#readyMs >= healthyMs
    const delayMs = wasHealthy ? firstMs : this.#nextMs
    this.#readyMs = undefined
    this.#nextMs = Math.min(delayMs * 2, maxMs)
    return delayMs
  }
}
