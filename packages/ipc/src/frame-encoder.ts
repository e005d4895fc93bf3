/** Frames -> bytes, in as few pieces as is cheap. */

import {
  FRAME_HEADER_BYTES,
  type FrameItem,
  ITEM_HEADER_BYTES,
  MAX_ITEMS,
  MAX_LENGTH_BYTES,
} from './frame-layout.ts'
import { GatheredBytes } from './gathered-bytes.ts'

const EMPTY = new Uint8Array(0)

/** Collects frames until they are taken for one write. */
export class FrameEncoder {
  readonly #out: GatheredBytes

  /** @param copyUpToBytes largest payload that is copied; only the benchmark sets it. */
  constructor(copyUpToBytes?: number) {
    this.#out = new GatheredBytes(copyUpToBytes)
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
    return this.#out.take()
  }

  #appendFrame(flag: number, items: readonly FrameItem[]): void {
    const out = this.#out
    const at = out.add(FRAME_HEADER_BYTES, EMPTY)
    out.view.setUint16(at, flag)
    out.view.setUint16(at + 2, items.length)
    for (const item of items) this.#appendItem(item)
  }

  #appendItem({ id, state = 0, bytes }: FrameItem): void {
    const out = this.#out
    const at = out.add(ITEM_HEADER_BYTES, bytes)
    const { view } = out
    view.setUint32(at, id)
    view.setUint16(at + 4, state)
    view.setUint32(at + 6, bytes.length)
  }
}

/** One frame (or several, above 65,535 items) as one run of bytes: for tests and for looking at. */
export function encodeFrame(flag: number, items: readonly FrameItem[]): Uint8Array {
  const encoder = new FrameEncoder()
  encoder.append(flag, items)
  return Buffer.concat(encoder.take())
}
