/** Shared memory that a thread writes large replies into, used again once the parent says that nobody looks at it. */

import { BlockPool, LARGE_BYTES } from '@mosec/core'

/**
 * What may be lent at once, in bytes; beyond it large replies are moved. The garbage collector does not count shared
 * memory: what never comes back must not make it think that there is plenty.
 */
const MAX_LENT_BYTES = 256 * 1024 * 1024

/** For one connection. */
export class SharedLender {
  readonly #pool = new BlockPool({ make: (lengthBytes) => new SharedArrayBuffer(lengthBytes) })
  /** By the very view that was lent: what a worker makes of it is no loan. */
  readonly #lent = new WeakSet<Uint8Array>()
  /** Takes loans off the count that were dropped unsent, a cancelled task's say. */
  readonly #dropped = new FinalizationRegistry<number>((lentBytes) => {
    this.#lentBytes -= lentBytes
  })
  #lentBytes = 0

  /** Memory for one reply; see `Channel.lend`. */
  lend(lengthBytes: number): Uint8Array {
    if (lengthBytes < LARGE_BYTES || this.#lentBytes + lengthBytes > MAX_LENT_BYTES) {
      return new Uint8Array(Buffer.allocUnsafeSlow(lengthBytes).buffer)
    }
    const block = this.#pool.take(lengthBytes)
    this.#lentBytes += block.byteLength
    const bytes = new Uint8Array(block, 0, lengthBytes)
    this.#lent.add(bytes)
    this.#dropped.register(bytes, block.byteLength, bytes)
    return bytes
  }

  /** Is it a loan? If so, it is sent now. */
  sends(bytes: Uint8Array): boolean {
    return this.#lent.has(bytes) && this.#dropped.unregister(bytes)
  }

  /** These came back. */
  returned(blocks: readonly SharedArrayBuffer[]): void {
    for (const block of blocks) {
      this.#lentBytes -= block.byteLength
      this.#pool.give(block)
    }
  }
}
