/** Bytes made to harm: nothing but a DecodingError comes of them, soon, and the codec still works. */

import { DecodingError } from '@mosec/core'
import { processorMs } from '@mosec/core/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_DEPTH } from './check-message-pack.ts'
import { msgpack } from './msgpack.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const refusal = (body: Uint8Array): string => {
  try {
    msgpack().decode(body)
  } catch (error) {
    expect(error).toBeInstanceOf(DecodingError)
    return (error as Error).message
  }
  throw new Error('the bytes were accepted')
}

afterEach(() => {
  const value = { still: ['works', 1.5] }
  expect(msgpack().decode(msgpack().encode(value))).toStrictEqual(value)
})

describe('hostile MessagePack', () => {
  it.each([
    ['', 'no MessagePack: the body is empty'],
    ['c1', 'no valid MessagePack: 0xc1 is no MessagePack, at byte 0'],
    ['0102', 'no valid MessagePack: 1 more bytes follow the value, at byte 1'],
    [
      'ddffffffff',
      'no valid MessagePack: an array of 4294967295 items cannot fit in what is left, at byte 5',
    ],
    ['dfffffffff', 'no valid MessagePack: a map of 4294967295 items cannot fit in what is left, at byte 5'],
    ['dbffffffff61', 'no valid MessagePack: the data ends inside a string of 4294967295 bytes, at byte 5'],
    [
      'c6ffffffff61',
      'no valid MessagePack: the data ends inside a byte string of 4294967295 bytes, at byte 5',
    ],
    ['93c0', 'no valid MessagePack: an array of 3 items cannot fit in what is left, at byte 1'],
    ['cd01', 'no valid MessagePack: the data ends inside a number of 2 bytes, at byte 1'],
    ['da01', 'no valid MessagePack: the data ends where a value is expected, at byte 2'],
    ['a2ff61', 'no valid MessagePack: a string is not UTF-8, at byte 1'],
    ['81c0c0', 'no valid MessagePack: a map key must be a string or an integer, at byte 1'],
    ['8190c0', 'no valid MessagePack: a map key must be a string or an integer, at byte 1'],
    ['81a95f5f70726f746f5f5f80', 'no valid MessagePack: the key "__proto__" is not accepted, at byte 1'],
    ['d40100', 'no valid MessagePack: the extension type 1 is not known, at byte 1'],
    ['d5ff0000', 'no valid MessagePack: a timestamp of 2 bytes, at byte 1'],
    ['d7ffee6b280000000000', 'no valid MessagePack: a timestamp that names no time, at byte 1'],
    ['c70cff000000007fffffffffffffff', 'no valid MessagePack: a timestamp that names no time, at byte 2'],
    ['c70cff3b9aca000000000000000000', 'no valid MessagePack: a timestamp that names no time, at byte 2'],
  ])('refuses %s', (hex, message) => {
    expect(refusal(bytes(hex))).toBe(message)
  })

  it.each([
    ['a record', 'd4724091a16101'],
    ['a regular expression', 'd4780092a3612b24a0'],
    ['an Error', 'd4650092a54572726f72a178'],
    ['a reference', 'd67000000001'],
    ['an identified object', 'd6690000000190'],
    ['bundled strings', 'd66200000004a0a0'],
    ['a Set', 'd473009101'],
    ['a typed array', 'c70574080000803f'],
    ['undefined', 'd40000'],
  ])('refuses an extension of msgpackr: %s', (_, hex) => {
    expect(refusal(bytes(hex))).toMatch(/extension type/)
  })

  it('refuses values nested too deep, reads the deepest that it takes', () => {
    const nested = (depth: number): Uint8Array => {
      const body = new Uint8Array(depth + 1).fill(0x91)
      body[depth] = 0xc0
      return body
    }
    expect(msgpack().decode(nested(MAX_DEPTH))).toBeInstanceOf(Array)
    expect(refusal(nested(MAX_DEPTH + 1))).toMatch(/more than 512/)
    expect(refusal(nested(1e6))).toMatch(/more than 512/)
  })

  it('takes no memory for declared lengths', () => {
    // 500 arrays, each saying that it is as long as the whole body: a reader that trusts them takes gigabytes.
    const body = new Uint8Array(1e6).fill(0xc0)
    for (let i = 0; i < 500; i++) body.set([0xdd, 0x00, 0x0f, 0x00, 0x00], i * 5)
    const before = process.memoryUsage()
    expect(refusal(body)).toMatch(/ends|fit/)
    const after = process.memoryUsage()
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(50e6)
  })

  it('throws nothing but DecodingError for any bytes', () => {
    const token = fc.constantFrom(
      0x81,
      0x91,
      0xa1,
      0xc4,
      0xc7,
      0xcb,
      0xcf,
      0xd4,
      0xd6,
      0xd9,
      0xdc,
      0xdd,
      0xde,
      0xff,
      0x72,
    )
    const body = fc.array(fc.oneof(token, fc.nat(255)), { maxLength: 64 })
    fc.assert(
      fc.property(body, (numbers) => {
        const startMs = processorMs()
        try {
          msgpack().decode(Uint8Array.from(numbers))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodingError)
        }
        expect(processorMs() - startMs).toBeLessThan(500)
      }),
      { numRuns: 5000 },
    )
  })

  it('throws nothing but DecodingError for a good body with bytes changed', () => {
    const good = msgpack().encode({
      data: Float32Array.of(1, 2),
      shape: [2],
      dtype: 'float32',
      text: 'é'.repeat(40),
      at: new Date(0),
      list: [1, 2.5, 2 ** 40, { a: null }],
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const body = Uint8Array.from(good)
          for (const [at, byte] of changes) body[at] = byte
          try {
            msgpack().decode(body)
          } catch (error) {
            expect(error).toBeInstanceOf(DecodingError)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['d7ffee6b27fc00000000', 999],
    ['c70cff00000000000007dba8218000', 8.64e15],
    ['c70cff00000000fffff82457de8000', -8.64e15],
  ])('reads the last moments of a timestamp: %s', (hex, epochMs) => {
    expect((msgpack().decode(bytes(hex)) as Date).getTime()).toBe(epochMs)
  })

  it.each([
    ['maps in maps', 0x81, [0xa1, 0x61]],
    ['arrays in arrays', 0x91, []],
    ['arrays of 2^32 - 1 in arrays', 0xdd, [0xff, 0xff, 0xff, 0xff]],
    ['maps of 2^16 - 1 in maps', 0xde, [0xff, 0xff]],
  ])('refuses %s, as deep as ten megabytes go, soon', (_, token, rest) => {
    const level = Buffer.from([token, ...rest])
    const startMs = processorMs()
    refusal(Buffer.alloc(10 * 1024 * 1024, level))
    expect(processorMs() - startMs).toBeLessThan(1000)
  })

  it.each([
    ['constructor', '81ab636f6e7374727563746f7281a970726f746f7479706581a8706f6c6c75746564c3'],
    ['toString', '81a8746f537472696e67c3'],
  ])('takes a key %s for a key', (key, hex) => {
    const value = msgpack().decode(bytes(hex)) as object
    expect([Object.hasOwn(value, key), Object.getPrototypeOf(value)]).toEqual([true, Object.prototype])
    expect('polluted' in {}).toBe(false)
  })

  it('changes no prototype', () => {
    refusal(bytes('81a95f5f70726f746f5f5f81a8706f6c6c75746564c3'))
    expect('polluted' in {}).toBe(false)
  })
})
