/** How often tasks come to a stage. */

/** Share of the newest interval in the mean: about the last 20 count. */
const SHARE = 0.1

/** Exponentially weighted mean of the times between arrivals. */
export class ArrivalRate {
  #lastMs: number | undefined = undefined
  #intervalMs = 0
  #isKnown = false

  /** Mean time between arrivals, in milliseconds; 0 while unknown. */
  get intervalMs(): number {
    return this.#intervalMs
  }

  /** A task came. */
  observe(nowMs: number): void {
    const lastMs = this.#lastMs
    this.#lastMs = nowMs
    if (lastMs === undefined) return
    const intervalMs = nowMs - lastMs
    this.#intervalMs = this.#isKnown ? this.#intervalMs + SHARE * (intervalMs - this.#intervalMs) : intervalMs
    this.#isKnown = true
  }
}
