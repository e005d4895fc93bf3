/** Records that were cut, changed, or never were any: a plain reader of the same bytes says the same, and nothing else is thrown. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameError } from '../frame-error.ts'
import { type ReferenceRecords, readRecords, type WholeRecord } from '../testing/reference-records.ts'
import { RecordDecoder } from './record-decoder.ts'
import { RecordEncoder } from './record-encoder.ts'
import type { PayloadLimits, RecordHead } from './record-layout.ts'

const MOST_BYTES = 1000
const limits: PayloadLimits = new Map([
  [1, MOST_BYTES],
  [2, 0],
  [6, MOST_BYTES],
])

/** Pushes the pieces, as a socket would; stops at the first error, which must be the right one, for ever. */
function decode(pieces: readonly Uint8Array[]): ReferenceRecords {
  const records: WholeRecord[] = []
  const onRecord = (head: Readonly<RecordHead>, bytes: Uint8Array): void => {
    records.push({ ...head, bytes: Uint8Array.from(bytes) })
  }
  const decoder = new RecordDecoder({ limits, onRecord })
  for (const piece of pieces) {
    try {
      decoder.push(piece)
    } catch (error) {
      expect(error).toBeInstanceOf(FrameError)
      expect(() => decoder.push(piece)).toThrow(error as Error)
      return { records, end: 'malformed' }
    }
  }
  return { records, end: decoder.isBetweenFrames ? 'between records' : 'within a record' }
}

function encode(records: readonly WholeRecord[]): Uint8Array {
  const encoder = new RecordEncoder()
  for (const { bytes, ...head } of records) encoder.append(head, bytes)
  return Buffer.concat(encoder.take())
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
}

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const numbers = { tag: u8, word: u16, id: u32, left: u16, right: u16, number: u32 }
const aRecord = fc.oneof(
  fc.record({ kind: fc.constantFrom(1, 6), ...numbers, bytes: fc.uint8Array({ maxLength: 60 }) }),
  fc.record({ kind: fc.constant(2), ...numbers, bytes: fc.constant(new Uint8Array(0)) }),
)
const someRecords = fc.array(aRecord, { minLength: 1, maxLength: 6 })
const places = fc.array(fc.nat({ max: 500 }), { maxLength: 8 })

describe('records', () => {
  it('come out as they went in, wherever they are cut', () => {
    fc.assert(
      fc.property(someRecords, places, (records, at) => {
        expect(decode(cut(encode(records), at))).toEqual({ records, end: 'between records' })
      }),
    )
  })

  it('come out as they went in one byte at a time', () => {
    fc.assert(
      fc.property(someRecords, (records) => {
        const pieces = Array.from(encode(records), (byte) => Uint8Array.of(byte))
        expect(decode(pieces)).toEqual({ records, end: 'between records' })
      }),
    )
  })

  it('that were cut off or changed anywhere are read as a plain reader reads them', () => {
    const change = fc.record({ at: fc.nat({ max: 400 }), byte: u8, keep: fc.nat({ max: 400 }) })
    fc.assert(
      fc.property(someRecords, fc.array(change, { maxLength: 4 }), places, (records, changes, at) => {
        let bytes = encode(records)
        for (const { at: index, byte, keep } of changes) {
          if (index < bytes.length) bytes[index] = byte
          bytes = bytes.subarray(0, Math.max(1, keep % (bytes.length + 1)))
        }
        expect(decode(cut(bytes, at))).toEqual(readRecords(bytes, limits))
      }),
      { numRuns: 500 },
    )
  })

  it('that never were any are read as a plain reader reads them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), places, (bytes, at) => {
        expect(decode(cut(bytes, at))).toEqual(readRecords(bytes, limits))
      }),
      { numRuns: 500 },
    )
  })

  it('whose length lies make it hold no more than came', () => {
    const head = Buffer.from(
      encode([{ kind: 1, tag: 0, word: 0, id: 1, left: 0, right: 0, number: 0, bytes: new Uint8Array(0) }]),
    )
    head.writeUInt32BE(0xffff_fff0, 16)
    const decoder = new RecordDecoder({ limits: new Map([[1, 0xffff_ffff]]), onRecord() {} })
    const before = process.memoryUsage().arrayBuffers
    decoder.push(head)
    decoder.push(new Uint8Array(1000))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 ** 2)
  })
})
