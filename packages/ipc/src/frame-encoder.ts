/** Frames -> bytes, in as few pieces as is cheap. */

import {
  FRAME_HEADER_BYTES,
  type FrameItem,
  ITEM_HEADER_BYTES,
  MAX_ITEMS,
  MAX_LENGTH_BYTES,
} from './frame-layout.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { IN_RING, RING_FROM_BYTES, SOCKET_TAKES_BYTES } from './ring/ring-layout.ts'
import type { RingWriter } from './ring/ring-writer.ts'

const EMPTY = new Uint8Array(0)

/** How an encoder writes. */
export interface FrameEncoderOptions {
  /** Takes large payloads, when both ends of the connection have one. */
  readonly ring?: RingWriter | undefined
  /** Told of each payload that the ring has taken. */
  readonly ringed?: ((bytes: Uint8Array) => void) | undefined
  /** Largest payload that is copied; only the benchmark sets it. */
  readonly copyUpToBytes?: number
}

/** Collects frames until they are taken for one write. */
export class FrameEncoder {
  readonly #out: GatheredBytes
  readonly #ring: RingWriter | undefined
  readonly #ringed: FrameEncoderOptions['ringed']
  readonly #maxLengthBytes: number

  constructor({ ring, ringed, copyUpToBytes }: FrameEncoderOptions = {}) {
    this.#out = new GatheredBytes(copyUpToBytes)
    this.#ring = ring
    this.#ringed = ringed
    this.#maxLengthBytes = ring === undefined ? MAX_LENGTH_BYTES : IN_RING - 1
  }

  /**
   * Adds one frame, or several when there are more items than one holds. Large payloads are not copied: they must
   * not be changed before they were written.
   * @throws RangeError when a payload is longer than a frame can say (4 GiB, 2 GiB beside a ring); nothing was added then.
   */
  append(flag: number, items: readonly FrameItem[]): void {
    for (const { bytes } of items) {
      if (bytes.length > this.#maxLengthBytes)
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
    const ring = this.#ring !== undefined && isLarge(items) ? this.#ring : undefined
    for (const item of items) this.#appendItem(item, ring)
  }

  #appendItem({ id, state = 0, bytes }: FrameItem, ring: RingWriter | undefined): void {
    const isInRing = ring !== undefined && bytes.length >= RING_FROM_BYTES && ring.put(bytes)
    const out = this.#out
    const at = out.add(ITEM_HEADER_BYTES, isInRing ? EMPTY : bytes)
    const { view } = out
    view.setUint32(at, id)
    view.setUint16(at + 4, state)
    view.setUint32(at + 6, isInRing ? bytes.length + IN_RING : bytes.length)
    if (isInRing) this.#ringed?.(bytes)
  }
}

/** More than a socket takes at once. */
function isLarge(items: readonly FrameItem[]): boolean {
  let lengthBytes = 0
  for (const { bytes } of items) lengthBytes += bytes.length
  return lengthBytes > SOCKET_TAKES_BYTES
}

/** One frame (or several, above 65,535 items) as one run of bytes: for tests and for looking at. */
export function encodeFrame(flag: number, items: readonly FrameItem[]): Uint8Array {
  const encoder = new FrameEncoder()
  encoder.append(flag, items)
  return Buffer.concat(encoder.take())
}
