/** Values between stages come out as they went in; large arrays are read in place, and never beyond their bytes. */

import { serialize } from 'node:v8'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readValue, writeValue } from './stage-value.ts'

const LARGE = 16 * 1024
const kinds = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
]

/** The same bytes as another thread would see them. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength)

describe('a value', () => {
  it('with arrays of any kind and size comes out as it went in, from memory of any kind', () => {
    const array = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(0, 1, 500, LARGE - 1, LARGE, LARGE + 3))
    fc.assert(
      fc.property(
        fc.array(array, { maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (shapes, isShared, inPlace) => {
          const arrays = shapes.map(([Kind, length], at) => new Kind(length).fill(at + 1))
          const value = { name: 'x', arrays, again: arrays[0], at: new Date(7) }
          const bytes = writeValue(value)
          const got = readValue(isShared ? shared(bytes) : bytes, inPlace) as typeof value
          expect(got.arrays.map((one) => one.constructor)).toEqual(shapes.map(([Kind]) => Kind))
          expect(got.arrays.every((one, at) => bytesOf(one).equals(bytesOf(arrays[at] ?? one)))).toBe(true)
          expect(got.arrays.length).toBe(arrays.length)
          expect(got.again).toBe(got.arrays[0])
          expect(got.at).toEqual(value.at)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps buffers, data views and large integers what they are', () => {
    const value = [
      Buffer.alloc(LARGE, 1),
      new DataView(new ArrayBuffer(LARGE)),
      new BigInt64Array(LARGE).fill(-5n),
    ]
    const got = readValue(writeValue(value)) as typeof value
    expect(got.map((one) => one.constructor)).toEqual([Buffer, DataView, BigInt64Array])
    expect(got.map(bytesOf)).toEqual(value.map(bytesOf))
  })

  it('without a large array is what v8.serialize writes', () => {
    const value = { small: new Float32Array(10), text: 'hello', list: [1, null, undefined, { x: 1n }] }
    expect(bytesOf(writeValue(value))).toEqual(serialize(value))
    expect(readValue(serialize({ large: new Uint8Array(LARGE) }))).toEqual({ large: new Uint8Array(LARGE) })
  })

  it('is refused when it cannot be cloned, and the next one is written', () => {
    expect(() => writeValue({ large: new Uint8Array(LARGE), call() {} })).toThrow('could not be cloned')
    expect(readValue(writeValue('next'))).toBe('next')
  })
})

describe('a large array', () => {
  const bytes = writeValue(new Float64Array(LARGE).fill(0.5))

  it('is copied once, into memory that is lent', () => {
    const memory = new Uint8Array(2 ** 20).fill(0xee)
    const lent = writeValue({ x: new Uint8Array(LARGE + 1) }, (length) => memory.subarray(0, length))
    expect(lent.buffer).toBe(memory.buffer)
    // Nothing of what lay there before goes along.
    expect(lent.includes(0xee)).toBe(false)
  })

  it('is a copy, so that who writes into it leaves the bytes as they are; a view where that is asked for', () => {
    const before = bytes.slice()
    ;(readValue(bytes) as Float64Array).fill(7)
    expect(bytes).toEqual(before)
    expect((readValue(bytes, true) as Float64Array).buffer).toBe(bytes.buffer)
    const theirs = shared(bytes)
    expect((readValue(theirs) as Float64Array).buffer).toBeInstanceOf(ArrayBuffer)
    expect((readValue(theirs, true) as Float64Array).buffer).toBe(theirs.buffer)
  })

  it('is copied when it lies where its elements may not begin', () => {
    const moved = new Uint8Array(bytes.length + 1)
    moved.set(bytes, 1)
    const got = readValue(moved.subarray(1)) as Float64Array
    expect(got.buffer).not.toBe(moved.buffer)
    expect(got[LARGE - 1]).toBe(0.5)
  })

  it('cut off or changed anywhere in its head is an error or another value, and the next one is read', () => {
    const small = writeValue(new Uint8Array(LARGE))
    for (let length = 0; length < 64; length++) expect(() => readValue(small.subarray(0, length))).toThrow()
    expect(() => readValue(small.subarray(0, small.length - 1))).toThrow('end within an array')
    for (let at = 0; at < 32; at++) {
      for (const byte of [0, 1, 0x7f, 0xff]) {
        const changed = Uint8Array.from(small)
        changed[at] = byte
        const got = attempt(() => readValue(changed))
        if (ArrayBuffer.isView(got)) expect(got.byteLength).toBeLessThanOrEqual(small.length)
      }
    }
    expect(readValue(small)).toEqual(new Uint8Array(LARGE))
  })
})

function attempt(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    return undefined
  }
}
