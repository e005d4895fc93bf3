/** Frames: what is encoded is decoded, however it is cut, and garbage is refused and nothing else. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.ts'
import { encodeFrame, FrameEncoder } from './frame-encoder.ts'
import { FrameError } from './frame-error.ts'
import type { FrameItem } from './frame-layout.ts'
import { statusOf } from './status.ts'

interface Frame {
  readonly flag: number
  readonly items: readonly Required<FrameItem>[]
}

function decoderInto(frames: Frame[], options: Partial<FrameDecoderOptions> = {}): FrameDecoder {
  return new FrameDecoder({ onFrame: (flag, items) => frames.push({ flag, items }), ...options })
}

function decodeAll(chunks: Iterable<Uint8Array>): Frame[] {
  const frames: Frame[] = []
  const decoder = decoderInto(frames)
  for (const chunk of chunks) decoder.push(chunk)
  expect(decoder.isBetweenFrames).toBe(true)
  return frames.map(plain)
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
const aFrame = fc.record({ flag: u16, items: fc.array(anItem, { minLength: 1, maxLength: 6 }) })

describe('frames', () => {
  it('come out as they went in, wherever the bytes are cut and whatever is copied', () => {
    const places = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 })
    const copyUpTo = fc.integer({ min: -1, max: 41 })
    fc.assert(
      fc.property(fc.array(aFrame, { maxLength: 5 }), places, copyUpTo, (frames, at, copyUpToBytes) => {
        const encoder = new FrameEncoder({ copyUpToBytes })
        for (const { flag, items } of frames) encoder.append(flag, items)
        expect(decodeAll(cut(Buffer.concat(encoder.take()), at))).toEqual(frames)
      }),
    )
  })

  it('come out as they went in, one byte at a time', () => {
    fc.assert(
      fc.property(fc.array(aFrame, { maxLength: 3 }), (frames) => {
        const bytes = Buffer.concat(frames.map(({ flag, items }) => encodeFrame(flag, items)))
        expect(decodeAll([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(frames)
      }),
    )
  })

  it.each([0, 1, 64 * 1024, 1024 * 1024, 1024 * 1024 + 1, 5_000_001])(
    'hold a payload of %d bytes',
    (size) => {
      const bytes = new Uint8Array(size).map((_, at) => at % 251)
      const all = encodeFrame(1, [
        { id: 1, bytes },
        { id: 2, bytes: Uint8Array.of(9) },
      ])
      const chunks = Array.from({ length: Math.ceil(all.length / 65_536) }, (_, at) =>
        all.subarray(at * 65_536, (at + 1) * 65_536),
      )
      const [frame] = decodeAll(chunks)
      expect(frame?.items[0]?.bytes.length).toBe(size)
      expect(Buffer.compare(frame?.items[0]?.bytes ?? all, bytes)).toBe(0)
      expect(frame?.items[1]?.bytes).toEqual(Uint8Array.of(9))
    },
  )

  it('of more than 65,535 items are several', () => {
    const items = Array.from({ length: 65_536 + 10 }, (_, id) => ({ id, state: 0, bytes: new Uint8Array(0) }))
    const frames = decodeAll([encodeFrame(1, items)])
    expect(frames.map(({ items }) => items.length)).toEqual([65_535, 11])
    expect(frames[1]?.items.at(-1)?.id).toBe(65_545)
  })

  it('without items are taken and not told', () => {
    expect(
      decodeAll([Buffer.from('00010000', 'hex'), encodeFrame(1, [{ id: 1, bytes: Uint8Array.of(5) }])]),
    ).toEqual([{ flag: 1, items: [{ id: 1, state: 0, bytes: Uint8Array.of(5) }] }])
    expect(encodeFrame(1, [])).toHaveLength(0)
  })

  it('hand out a payload as a view when it came in one chunk, and else in memory of its own', () => {
    const frames: Frame[] = []
    const decoder = decoderInto(frames)
    const bytes = encodeFrame(1, [{ id: 1, bytes: Uint8Array.of(1, 2, 3, 4) }])
    decoder.push(bytes)
    decoder.push(bytes.subarray(0, 15))
    decoder.push(bytes.subarray(15))
    const [whole, assembled] = frames.map(({ items }) => items[0]?.bytes)
    expect(whole?.buffer).toBe(bytes.buffer)
    expect([assembled?.buffer.byteLength, assembled?.byteOffset]).toEqual([4, 0])
  })
})

describe('what is no frame', () => {
  it('is refused with a FrameError or waited on, never more, and is refused again', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 })
    fc.assert(
      fc.property(chunks, fc.boolean(), (garbage, isReply) => {
        const decoder = decoderInto([], {
          maxPayloadBytes: 1000,
          ...(isReply ? { checkFlag: statusOf } : {}),
        })
        const failure = firstFailure(decoder, garbage)
        if (failure === undefined) return
        expect(failure).toBeInstanceOf(FrameError)
        expect(() => decoder.push(Uint8Array.of(0))).toThrow(failure)
      }),
      { numRuns: 1000 },
    )
  })

  it('of a good beginning does not harm what came before it', () => {
    const frames: Frame[] = []
    const decoder = decoderInto(frames, { checkFlag: statusOf })
    const good = encodeFrame(1, [{ id: 1, bytes: Uint8Array.of(1) }])
    expect(() =>
      decoder.push(Buffer.concat([good, Buffer.from('ffe0ffff', 'hex'), Buffer.alloc(4)])),
    ).not.toThrow()
    expect(() => decoderInto(frames, { checkFlag: statusOf }).push(Buffer.from('00200001', 'hex'))).toThrow(
      'malformed frame: expected a reply flag with one of the bits 1, 2, 4, 8, 16, 32768, got 32',
    )
    expect(frames).toHaveLength(1)
  })

  it('names the limit, the length, the item and its id', () => {
    const decoder = decoderInto([], { maxPayloadBytes: 10 })
    const bytes = encodeFrame(1, [
      { id: 7, bytes: new Uint8Array(10) },
      { id: 8, bytes: new Uint8Array(11) },
    ])
    expect(() => decoder.push(bytes)).toThrow(
      'malformed frame: expected a payload of at most 10 bytes (maxPayloadBytes), got 11 for item 2 of 2, id 8',
    )
    expect(() => decoderInto([]).push(Buffer.from('000100010000000000004000' + '0001', 'hex'))).toThrow(
      '1073741825',
    )
  })

  it('cannot make the decoder take memory by lying about a length or a count', () => {
    const lie = Buffer.from('0001' + 'ffff' + '00000001' + '0000' + '40000000', 'hex')
    const before = process.memoryUsage().arrayBuffers
    const decoders = Array.from({ length: 100 }, () => {
      const decoder = decoderInto([])
      decoder.push(lie)
      decoder.push(Buffer.alloc(1000))
      return decoder
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024)
    expect(decoders.every(({ isBetweenFrames }) => !isBetweenFrames)).toBe(true)
  })

  it('is not what an encoder makes of a payload that no frame can hold', () => {
    const tooLong = { id: 2, bytes: { length: 2 ** 32 } as Uint8Array }
    const encoder = new FrameEncoder()
    expect(() => encoder.append(1, [{ id: 1, bytes: new Uint8Array(1) }, tooLong])).toThrow(RangeError)
    expect(encoder.take()).toEqual([])
  })
})

function firstFailure(decoder: FrameDecoder, chunks: readonly Uint8Array[]): unknown {
  try {
    for (const chunk of chunks) decoder.push(chunk)
    return undefined
  } catch (error) {
    return error
  }
}
