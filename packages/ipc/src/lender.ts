/** Memory that a replica writes large replies into, used again once they have left. */

import { LARGE_BYTES, ownBlocks } from '@mosec/core'

/** For one connection. */
export class Lender {
  readonly #pool = ownBlocks()
  /** By the very view that was lent: what a worker makes of it is no loan. */
  readonly #lent = new WeakSet<Uint8Array>()

  /** Memory for one reply; see `Channel.lend`. */
  lend(lengthBytes: number): Uint8Array {
    if (lengthBytes < LARGE_BYTES) return Buffer.allocUnsafeSlow(lengthBytes)
    const bytes = Buffer.from(this.#pool.take(lengthBytes), 0, lengthBytes)
    this.#lent.add(bytes)
    return bytes
  }

  /** A piece has left; it may be a loan. */
  returned(bytes: Uint8Array): void {
    if (this.#lent.delete(bytes) && bytes.buffer instanceof ArrayBuffer) this.#pool.give(bytes.buffer)
  }
}
