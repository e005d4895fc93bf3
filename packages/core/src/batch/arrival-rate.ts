/** How often tasks come to a stage. */

/** Share of the newest interval in the mean: about the last 20 count. */
const SHARE = 0.1
/** What the past still counts in the mean over tasks when the next turn comes: about the last 200 do. */
const KEEP = 0.995

/**
 * Means of the times between turns of the event loop in which tasks come, soon up to date, and between tasks, steadier: a
 * balance of arrivals and costs hangs on it, and close to capacity a small error tips that.
 */
export class ArrivalRate {
  #lastMs: number | undefined = undefined
  #intervalMs = 0
  #isKnown = false
  /** Tasks of the turn that began last. */
  #together = 0
  /** Tasks of the turns before it, and the time that they took. */
  #tasks = 0
  #ms = 0

  /** Mean time between arrivals, in milliseconds; 0 while unknown. Tasks of one turn are one arrival. */
  get intervalMs(): number {
    return this.#intervalMs
  }

  /** Mean time between tasks, in milliseconds; 0 while unknown. */
  get taskIntervalMs(): number {
    return this.#isKnown ? this.#ms / this.#tasks : 0
  }

  /** A task came, the first one of its turn. */
  observe(nowMs: number): void {
    if (this.#lastMs !== undefined) this.#count(nowMs - this.#lastMs)
    this.#lastMs = nowMs
    this.#together = 1
  }

  /** Another one came in the same turn. */
  joined(): void {
    this.#together++
  }

  #count(intervalMs: number): void {
    this.#intervalMs = this.#isKnown ? this.#intervalMs + SHARE * (intervalMs - this.#intervalMs) : intervalMs
    this.#tasks = this.#tasks * KEEP + this.#together
    this.#ms = this.#ms * KEEP + intervalMs
    this.#isKnown = true
  }
}
