/** The frame decoder: says what a plain reader says of the same bytes, wherever they are cut. */

import { deepStrictEqual } from 'node:assert/strict'
import { FrameDecoder } from '../../../packages/ipc/src/frame-decoder.ts'
import { encodeFrame } from '../../../packages/ipc/src/frame-encoder.ts'
import { FrameError } from '../../../packages/ipc/src/frame-error.ts'
import { statusOf } from '../../../packages/ipc/src/status.ts'
import {
  type Frame,
  type ReferenceFrames,
  readFrames,
} from '../../../packages/ipc/src/testing/reference-frames.ts'
import { allowOnly, type Target } from '../target.ts'

const MAX_PAYLOAD_BYTES = 1000

/** The first byte says how large the pieces are in which the others come. */
export const frames: Target = {
  name: 'frames',
  maxBytes: 600,
  words: ['00010001', '00000000', '000003e8', '000003e9', 'ffffffff', '8000', 'ffff'].map((hex) =>
    Buffer.from(hex, 'hex'),
  ),
  seeds: [
    encodeFrame(1, [{ id: 1, state: 3, bytes: Buffer.from('{"x":1}') }]),
    encodeFrame(0x8000, [{ id: 2, bytes: new Uint8Array(0) }]),
    Buffer.concat([
      encodeFrame(12930, [
        { id: 3, bytes: Buffer.alloc(100) },
        { id: 4, bytes: Buffer.of(1) },
      ]),
      encodeFrame(8, [{ id: 5, bytes: Buffer.of(2) }]),
    ]),
  ].map((bytes) => Buffer.concat([Buffer.of(7), bytes])),
  run(input) {
    const [pieceBytes = 0] = input
    const bytes = input.subarray(1)
    deepStrictEqual(
      decode(bytes, pieceBytes + 1),
      readFrames(bytes, { maxPayloadBytes: MAX_PAYLOAD_BYTES, isFlag }),
    )
  },
}

function decode(bytes: Uint8Array, pieceBytes: number): ReferenceFrames {
  const told: Frame[] = []
  const decoder = new FrameDecoder({
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    checkFlag: statusOf,
    onFrame: (flag, items) =>
      told.push({
        flag,
        items: items.map(({ release: _, ...item }) => ({ ...item, bytes: Buffer.from(item.bytes) })),
      }),
  })
  const isWhole = allowOnly(FrameError, () => {
    for (let at = 0; at < bytes.length; at += pieceBytes) decoder.push(bytes.subarray(at, at + pieceBytes))
    return true
  })
  if (isWhole === undefined) return { frames: told, end: 'malformed' }
  return { frames: told, end: decoder.isBetweenFrames ? 'between frames' : 'within a frame' }
}

const isFlag = (flag: number): boolean => allowOnly(FrameError, () => statusOf(flag)) !== undefined
