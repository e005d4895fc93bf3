/** Frames that were cut, changed, or never were any: the decoder says what a plain reader says, and takes no memory. */

import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FrameDecoder } from './frame-decoder.ts'
import { encodeFrame } from './frame-encoder.ts'
import { FrameError } from './frame-error.ts'
import { statusOf } from './status.ts'
import { type Frame, readFrames } from './testing/reference-frames.ts'

const MAX_PAYLOAD_BYTES = 1000
const LARGEST_BYTES = 4 * 1024 ** 2

/** What came of some bytes. */
interface Decoded {
  readonly frames: readonly Frame[]
  readonly end: 'between frames' | 'within a frame' | 'malformed'
}

/** Pushes the pieces, as a socket would; stops at the first error, which must be the right one, for ever. */
function decode(pieces: readonly Uint8Array[], maxPayloadBytes = MAX_PAYLOAD_BYTES): Decoded {
  const frames: Frame[] = []
  const decoder = new FrameDecoder({
    maxPayloadBytes,
    checkFlag: statusOf,
    onFrame: (flag, items) => frames.push({ flag, items }),
  })
  for (const piece of pieces) {
    try {
      decoder.push(piece)
    } catch (error) {
      expect(error).toBeInstanceOf(FrameError)
      expect(() => decoder.push(piece)).toThrow(error as Error)
      return { frames: frames.map(plain), end: 'malformed' }
    }
  }
  return { frames: frames.map(plain), end: decoder.isBetweenFrames ? 'between frames' : 'within a frame' }
}

function expected(bytes: Uint8Array, maxPayloadBytes = MAX_PAYLOAD_BYTES): Decoded {
  const { frames, end } = readFrames(bytes, { maxPayloadBytes, isFlag })
  return { frames: frames.map(plain), end }
}

function isFlag(flag: number): boolean {
  try {
    statusOf(flag)
    return true
  } catch {
    return false
  }
}

const plain = ({ flag, items }: Frame): Frame => ({
  flag,
  items: items.map(({ id, state, bytes }) => ({ id, state, bytes: Uint8Array.from(bytes) })),
})

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
}

const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const anItem = fc.record({ id: u32, state: u16, bytes: fc.uint8Array({ maxLength: 40 }) })
const aFlag = fc.constantFrom(1, 2, 4, 8, 16, 0x8000, 12930)
const aFrame = fc.record({ flag: aFlag, items: fc.array(anItem, { minLength: 1, maxLength: 4 }) })
const someBytes = fc
  .array(aFrame, { minLength: 1, maxLength: 4 })
  .map((frames) => Buffer.concat(frames.map(({ flag, items }) => encodeFrame(flag, items))))
const places = fc.array(fc.nat({ max: 500 }), { maxLength: 8 })

/** Numbers that a careless reader trips over, as they stand in a length, a count or an id. */
const extremes = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff]

type Mutation = (bytes: Uint8Array, at: number, size: number, extra: Uint8Array) => Uint8Array

const mutations: readonly Mutation[] = [
  (bytes, at, size) => bytes.map((byte, index) => (index === at ? byte ^ (1 << (size % 8)) : byte)),
  (bytes, at, _, extra) => Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]),
  (bytes, at, size) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]),
  (bytes, at, size) => Buffer.concat([bytes.subarray(0, at + size), bytes.subarray(at)]),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, size) => overwritten(bytes, at, extremes[size % extremes.length] ?? 0),
]

function overwritten(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Buffer.from(bytes)
  if (at + 4 <= copy.length) copy.writeUInt32BE(value, at)
  return copy
}

const someMutations = fc.array(
  fc.tuple(fc.constantFrom(...mutations), fc.nat(), fc.nat({ max: 20 }), fc.uint8Array({ maxLength: 12 })),
  { minLength: 1, maxLength: 4 },
)

const mutated = fc
  .tuple(someBytes, someMutations)
  .map(([bytes, changes]) =>
    changes.reduce<Uint8Array>(
      (now, [mutate, at, size, extra]) => mutate(now, at % (now.length + 1), size, extra),
      bytes,
    ),
  )

afterEach(() => {
  vi.restoreAllMocks()
  // And it still works.
  const good = encodeFrame(1, [{ id: 1, bytes: Uint8Array.of(1, 2) }])
  expect(decode([good])).toEqual(expected(good))
})

describe('hostile frames', () => {
  it('cut after every byte: what is whole is told, nothing else, and the rest completes it', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        for (let end = 0; end <= bytes.length; end++) {
          const [head, tail] = [bytes.subarray(0, end), bytes.subarray(end)]
          expect(decode([head])).toEqual(expected(head))
          expect(decode([head, tail])).toEqual(expected(bytes))
        }
      }),
    )
  })

  it('changed anywhere and cut anywhere: told as a plain reader tells them', () => {
    fc.assert(
      fc.property(mutated, places, (bytes, at) => {
        expect(decode(cut(bytes, at))).toEqual(expected(bytes))
      }),
      { numRuns: 6000 },
    )
  })

  it('that are garbage from the first byte', () => {
    const garbage = fc.uint8Array({ maxLength: 120 })
    fc.assert(
      fc.property(garbage, places, (bytes, at) => {
        expect(decode(cut(bytes, at))).toEqual(expected(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('with any length in the header: no more memory than eight times what came, and 1 MiB', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow')
    const head = fc.tuple(u16, u32, fc.oneof(u32, fc.constantFrom(...extremes)), fc.nat({ max: 3000 }))
    fc.assert(
      fc.property(head, places, ([count, id, length, comes], at) => {
        allocate.mockClear()
        const bytes = Buffer.alloc(14 + comes, 7)
        bytes.writeUInt16BE(1, 0)
        bytes.writeUInt16BE(count, 2)
        bytes.writeUInt32BE(id, 4)
        bytes.writeUInt32BE(length, 10)
        decode(cut(bytes, at), 2 ** 30)
        const taken = allocate.mock.calls.reduce((sum, [size]) => sum + size, 0)
        expect(taken).toBeLessThanOrEqual(8 * bytes.length + 1024 ** 2)
      }),
      { numRuns: 2000 },
    )
  })

  it('whose large payloads are put in place by the reader, and by `push`, in turn', () => {
    const sizes = fc.array(fc.integer({ min: 30_000, max: LARGEST_BYTES }), { minLength: 1, maxLength: 2 })
    const reads = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 65_536 })), { minLength: 1 })
    fc.assert(
      fc.property(sizes, reads, (lengths, steps) => {
        const items = lengths.map((length, id) => ({ id, state: 3, bytes: Buffer.alloc(length, id + 1) }))
        const bytes = encodeFrame(1, items)
        const frames: Frame[] = []
        const decoder = new FrameDecoder({ onFrame: (flag, items) => frames.push({ flag, items }) })
        for (let at = 0, step = 0; at < bytes.length; step++) {
          const [usesRoom, size] = steps[step % steps.length] ?? [true, 1]
          const room = usesRoom ? decoder.room : undefined
          // Small reads would take thousands of steps; large payloads are what this is about.
          const piece = bytes.subarray(at, at + Math.min(room?.length ?? Infinity, size * 8))
          at += piece.length
          if (room === undefined) decoder.push(piece)
          else {
            room.set(piece)
            decoder.filled(piece.length)
          }
        }
        expect(frames).toHaveLength(1)
        for (const [id, item] of items.entries()) {
          expect(Buffer.compare(frames[0]?.items[id]?.bytes ?? new Uint8Array(0), item.bytes)).toBe(0)
        }
      }),
      { numRuns: 30 },
    )
  })
})
