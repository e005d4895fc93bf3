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

/** 100 ms doubling to 10 s, forgotten after a healthy minute, or once tasks were answered. */
export const restartDefaults: RestartOptions = { firstMs: 100, maxMs: 10_000, healthyMs: 60_000 }

/** Remembers one replica's deaths. */
export class RestartPolicy {
  readonly #options: RestartOptions
  readonly #clock: Clock
  #readyMs: number | undefined
  #nextMs: number
  #deaths = 0

  constructor(options: RestartOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#nextMs = options.firstMs
  }

  /** Deaths in a row: none of those lives lasted long enough to be called healthy. */
  get deaths(): number {
    return this.#isHealthy ? 0 : this.#deaths
  }

  /** The replica is ready. */
  ready(): void {
    this.#readyMs = this.#clock.now()
  }

  /** It has been ready for so long that its deaths count no more. */
  forget(): void {
    this.#deaths = 0
    this.#nextMs = this.#options.firstMs
  }

  /**
   * The replica died, ready or not.
   * @param hasAnswered it answered tasks in this life: then it can work, what killed it came later, and to keep it down
   * would only make others wait.
   * @returns the wait before it is started again, in milliseconds.
   */
  died(hasAnswered = false): number {
    const { firstMs, maxMs } = this.#options
    const delayMs = hasAnswered || this.#isHealthy ? firstMs : this.#nextMs
    this.#deaths = this.deaths + 1
    this.#readyMs = undefined
    this.#nextMs = Math.min(delayMs * 2, maxMs)
    return delayMs
  }

  get #isHealthy(): boolean {
    return this.#readyMs !== undefined && this.#clock.now() - this.#readyMs >= this.#options.healthyMs
  }
}
