/** Places in a stage's queue, promised before the work that will need them is begun: back-pressure between stages. */

/** Someone who holds tasks back until there is room. */
export interface Blocked {
  /** There may be room now. */
  resume(): void
}

/** Counts promised places and remembers who waits for one. */
export class Room {
  readonly #capacity: number
  #reserved = 0
  readonly #blocked = new Set<Blocked>()

  /** @param capacity tasks that may wait at once, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** @param length tasks that wait now. */
  has(length: number): boolean {
    return length + this.#reserved < this.#capacity
  }

  /** Promises a place; without one, `blocked` is resumed when that changes. */
  reserve(length: number, blocked: Blocked): boolean {
    if (!this.has(length)) {
      this.#blocked.add(blocked)
      return false
    }
    this.#reserved++
    return true
  }

  /** Takes a promise back: the task came, or will not come. */
  unreserve(): void {
    this.#reserved--
  }

  /** Resumes those who wait when there is room. */
  release(length: number): void {
    if (this.#blocked.size === 0 || !this.has(length)) return
    const blocked = [...this.#blocked]
    this.#blocked.clear()
    for (const one of blocked) one.resume()
  }
}
