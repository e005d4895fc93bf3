/** What was sent and has not arrived: one queue, so that the order of all that happens is the order of sending. */

/** `sync`: within the call that sends; `microtask`: soon after the sender's turn. */
export type DeliveryMode = 'sync' | 'microtask'

/** Delivers in order, unless it is held. */
export class DeliveryQueue {
  readonly #mode: DeliveryMode
  readonly #waiting: (() => void)[] = []
  #isHeld = false
  #isRunning = false

  constructor(mode: DeliveryMode) {
    this.#mode = mode
  }

  /** Deliveries that are kept back. */
  get held(): number {
    return this.#isHeld ? this.#waiting.length : 0
  }

  push(delivery: () => void): void {
    this.#waiting.push(delivery)
    if (!this.#isHeld) this.soon(() => this.#run())
  }

  /** Runs what is no delivery, and so is never held. */
  soon(action: () => void): void {
    if (this.#mode === 'sync') action()
    else queueMicrotask(action)
  }

  hold(): void {
    this.#isHeld = true
  }

  /** Delivers the first `count`; without a count all, and holds no more. */
  release(count?: number): void {
    if (count === undefined) {
      this.#isHeld = false
      this.#run()
      return
    }
    for (const delivery of this.#waiting.splice(0, count)) delivery()
  }

  /** A delivery that causes another does not nest: the other one waits for its turn. */
  #run(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (!this.#isHeld && this.#waiting.length > 0) this.#waiting.shift()?.()
    } finally {
      this.#isRunning = false
    }
  }
}
