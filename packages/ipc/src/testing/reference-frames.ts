/** What a run of bytes holds, read the plain way: whole, from front to back. The decoder is held against it. */

import type { BatchItem } from '@mosec/core'
import { FRAME_HEADER_BYTES, ITEM_HEADER_BYTES } from '../frame-layout.ts'

/** One frame with items. */
export interface Frame {
  readonly flag: number
  readonly items: readonly BatchItem[]
}

/** Everything that the bytes say. */
export interface ReferenceFrames {
  /** Whole frames with items, in order. */
  readonly frames: readonly Frame[]
  /** Where it goes on after them: the bytes are used up, stop within a frame, or are none. */
  readonly end: 'between frames' | 'within a frame' | 'malformed'
}

/** What is checked. */
export interface ReferenceLimits {
  readonly maxPayloadBytes: number
  /** Says whether a frame may have this flag; any may when left out. */
  readonly isFlag?: (flag: number) => boolean
}

/** Reads all of it. */
export function readFrames(
  bytes: Uint8Array,
  { maxPayloadBytes, isFlag = () => true }: ReferenceLimits,
): ReferenceFrames {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < FRAME_HEADER_BYTES) return { frames, end: 'within a frame' }
    const flag = view.getUint16(at)
    const count = view.getUint16(at + 2)
    at += FRAME_HEADER_BYTES
    if (!isFlag(flag)) return { frames, end: 'malformed' }
    const items: BatchItem[] = []
    while (items.length < count) {
      if (bytes.length - at < ITEM_HEADER_BYTES) return { frames, end: 'within a frame' }
      const length = view.getUint32(at + 6)
      if (length > maxPayloadBytes) return { frames, end: 'malformed' }
      const from = at + ITEM_HEADER_BYTES
      if (bytes.length - from < length) return { frames, end: 'within a frame' }
      const payload = bytes.subarray(from, from + length)
      items.push({ id: view.getUint32(at), state: view.getUint16(at + 4), bytes: payload })
      at = from + length
    }
    if (count > 0) frames.push({ flag, items })
  }
  return { frames, end: 'between frames' }
}
