/** Frames -> bytes, in as few pieces as is cheap. */

import {
  FRAME_HEADER_BYTES,
  type FrameItem,
  ITEM_HEADER_BYTES,
  MAX_ITEMS,
  MAX_LENGTH_BYTES,
} from './frame-layout.ts'

/**
 * Payloads up to this size are copied next to their headers, larger ones go out as they are. Measured with
 * `bench/frames.ts`: a copied payload costs less up to about 2 KiB, one more piece in a gathered write from 4 KiB on.
 */
const COPY_UP_TO_BYTES = 2 * 1024

/** Small pieces are laid into blocks of this size, one after the other; a block is never written twice. */
const BLOCK_BYTES = 64 * 1024

/**
 * Collects frames until they are taken for one write.
 *
 *     block:  | header | small | header | small | header |         | header | ...
 *     parts:  [----------------- view ------------------][  large  ][---- view
 */
export class FrameEncoder {
  readonly #copyUpToBytes: number
  #parts: Uint8Array[] = []
  #block = new DataView(new ArrayBuffer(0))
  #bytes = new Uint8Array(0)
  /** Start of the view that is not cut off yet. */
  #from = 0
  #at = 0

  /** @param copyUpToBytes largest payload that is copied; only the benchmark sets it. */
  constructor(copyUpToBytes = COPY_UP_TO_BYTES) {
    this.#copyUpToBytes = copyUpToBytes
  }

  /**
   * Adds one frame, or several when there are more items than one holds. Large payloads are not copied: they must
   * not be changed before they were written.
   * @throws RangeError when a payload is longer than a frame can say (4 GiB); nothing was added then.
   */
  append(flag: number, items: readonly FrameItem[]): void {
    for (const { bytes } of items) {
      if (bytes.length > MAX_LENGTH_BYTES)
        throw new RangeError(`a frame holds no payload of ${bytes.length} bytes`)
    }
    if (items.length <= MAX_ITEMS) {
      if (items.length > 0) this.#appendFrame(flag, items)
      return
    }
    for (let from = 0; from < items.length; from += MAX_ITEMS) {
      this.#appendFrame(flag, items.slice(from, from + MAX_ITEMS))
    }
  }

  /** Everything added since the last call, as pieces to be written in this order. */
  take(): Uint8Array[] {
    this.#cut()
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  #appendFrame(flag: number, items: readonly FrameItem[]): void {
    this.#reserve(FRAME_HEADER_BYTES)
    this.#block.setUint16(this.#at, flag)
    this.#block.setUint16(this.#at + 2, items.length)
    this.#at += FRAME_HEADER_BYTES
    for (const item of items) this.#appendItem(item)
  }

  #appendItem({ id, state = 0, bytes }: FrameItem): void {
    const isCopied = bytes.length <= this.#copyUpToBytes
    this.#reserve(ITEM_HEADER_BYTES + (isCopied ? bytes.length : 0))
    this.#block.setUint32(this.#at, id)
    this.#block.setUint16(this.#at + 4, state)
    this.#block.setUint32(this.#at + 6, bytes.length)
    this.#at += ITEM_HEADER_BYTES
    if (isCopied) {
      this.#bytes.set(bytes, this.#at)
      this.#at += bytes.length
    } else {
      this.#cut()
      this.#parts.push(bytes)
    }
  }

  #reserve(bytes: number): void {
    if (this.#bytes.length - this.#at >= bytes) return
    this.#cut()
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes))
    this.#block = new DataView(this.#bytes.buffer)
    this.#from = 0
    this.#at = 0
  }

  #cut(): void {
    if (this.#at === this.#from) return
    this.#parts.push(this.#bytes.subarray(this.#from, this.#at))
    this.#from = this.#at
  }
}

/** One frame (or several, above 65,535 items) as one run of bytes: for tests and for looking at. */
export function encodeFrame(flag: number, items: readonly FrameItem[]): Uint8Array {
  const encoder = new FrameEncoder()
  encoder.append(flag, items)
  return Buffer.concat(encoder.take())
}
