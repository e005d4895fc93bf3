/** Small pieces and large ones -> as few pieces as is cheap, for one gathered write. */

/**
 * Payloads up to this size are copied next to their headers, larger ones go out as they are. Measured with
 * `bench/frames.ts`: a copied payload costs less up to about 2 KiB, one more piece in a gathered write from 4 KiB on.
 */
const COPY_UP_TO_BYTES = 2 * 1024

/** Small pieces are laid into blocks of this size, one after the other; a block is never written twice. */
const BLOCK_BYTES = 64 * 1024

/**
 * Collects headers and payloads until they are taken for one write.
 *
 *     block:  | header | small | header | small | header |         | header | ...
 *     parts:  [----------------- view ------------------][  large  ][---- view
 */
export class GatheredBytes {
  /** The block that heads are written into. */
  view = new DataView(new ArrayBuffer(0))
  readonly #copyUpToBytes: number
  #parts: Uint8Array[] = []
  #bytes = new Uint8Array(0)
  #at = 0
  /** Start of the view that is not cut off yet. */
  #from = 0

  /** @param copyUpToBytes largest payload that is copied; only the benchmark sets it. */
  constructor(copyUpToBytes = COPY_UP_TO_BYTES) {
    this.#copyUpToBytes = copyUpToBytes
  }

  /**
   * Adds a head and its payload. A large payload is not copied: it must not be changed before it was written.
   * @returns where the head begins in `view`: the caller writes all of it there, at once.
   */
  add(headBytes: number, payload: Uint8Array): number {
    const isCopied = payload.length <= this.#copyUpToBytes
    this.#reserve(headBytes + (isCopied ? payload.length : 0))
    const at = this.#at
    this.#at = at + headBytes
    if (isCopied) {
      this.#bytes.set(payload, this.#at)
      this.#at += payload.length
    } else {
      this.#cut()
      this.#parts.push(payload)
    }
    return at
  }

  /** Everything added since the last call, as pieces to be written in this order. */
  take(): Uint8Array[] {
    this.#cut()
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  #reserve(bytes: number): void {
    if (this.#bytes.length - this.#at >= bytes) return
    this.#cut()
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes))
    this.view = new DataView(this.#bytes.buffer)
    this.#from = 0
    this.#at = 0
  }

  #cut(): void {
    if (this.#at === this.#from) return
    this.#parts.push(this.#bytes.subarray(this.#from, this.#at))
    this.#from = this.#at
  }
}
