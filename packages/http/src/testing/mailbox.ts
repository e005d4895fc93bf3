/** Things that happen, awaited in order, so that no test sleeps. */

/** An unbounded queue with a waiting reader. */
export class Mailbox<T> {
  readonly #items: T[] = []
  readonly #readers: ((item: T) => void)[] = []

  /** Items that nobody has taken. */
  get size(): number {
    return this.#items.length
  }

  push(item: T): void {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#items.push(item)
    else reader(item)
  }

  next(): Promise<T> {
    const item = this.#items.shift()
    if (item !== undefined) return Promise.resolve(item)
    return new Promise((resolve) => {
      this.#readers.push(resolve)
    })
  }
}
