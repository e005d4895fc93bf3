/** Connections that wait for `accept`, and calls of `accept` that wait for connections; both in order. */

import { EventEmitter, once } from 'node:events'
import type { Link } from '@mosec/core'

/** One listener's. */
export class WaitingLinks {
  readonly #address: string
  /** Emits `change` when a link came or the listener was disposed. */
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #unclaimed: Link[] = []
  #isDisposed = false

  /** @param address of the listener, for messages. */
  constructor(address: string) {
    this.#address = address
  }

  /** A replica connected. */
  push(link: Link): void {
    this.#unclaimed.push(link)
    this.#changes.emit('change')
  }

  /** @throws the signal's reason when it is aborted first; Error when the listener is disposed. */
  async accept(signal: AbortSignal): Promise<Link> {
    for (;;) {
      signal.throwIfAborted()
      if (this.#isDisposed) throw new Error(`the listener at ${this.#address} is disposed`)
      const link = this.#unclaimed.shift()
      if (link !== undefined) return link
      // Rejects only when aborted, and the loop's first line says so with the signal's own reason.
      await once(this.#changes, 'change', { signal }).catch(() => {})
    }
  }

  /** Ends the links that nobody accepted, and every `accept`. */
  dispose(): void {
    this.#isDisposed = true
    for (const link of this.#unclaimed) link.close()
    this.#unclaimed = []
    this.#changes.emit('change')
  }
}
