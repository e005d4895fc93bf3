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
  /** The block; a header is written into it at `at`, which the writer moves, after `reserve`. */
  view = new DataView(new ArrayBuffer(0))
  at = 0
  readonly #copyUpToBytes: number
  #parts: Uint8Array[] = []
  #bytes = new Uint8Array(0)
  /** Start of the view that is not cut off yet. */
  #from = 0

  /** @param copyUpToBytes largest payload that is copied; only the benchmark sets it. */
  constructor(copyUpToBytes = COPY_UP_TO_BYTES) {
    this.#copyUpToBytes = copyUpToBytes
  }

  /** Makes room for so many bytes at `at`. */
  reserve(bytes: number): void {
    if (this.#bytes.length - this.at >= bytes) return
    this.#cut()
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes))
    this.view = new DataView(this.#bytes.buffer)
    this.#from = 0
    this.at = 0
  }

  /** Adds a payload. A large one is not copied: it must not be changed before it was written. */
  payload(bytes: Uint8Array): void {
    if (bytes.length > this.#copyUpToBytes) {
      this.#cut()
      this.#parts.push(bytes)
      return
    }
    this.reserve(bytes.length)
    this.#bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** Everything added since the last call, as pieces to be written in this order. */
  take(): Uint8Array[] {
    this.#cut()
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  #cut(): void {
    if (this.at === this.#from) return
    this.#parts.push(this.#bytes.subarray(this.#from, this.at))
    this.#from = this.at
  }
}
