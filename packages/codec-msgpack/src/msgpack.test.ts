/** The MessagePack codec: the bytes that Python's msgpack writes, tensors, and what it refuses. */

import { DecodingError, EncodingError } from '@mosec/core'
import { codecConformance } from '@mosec/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { msgpack } from './msgpack.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const read = (text: string): unknown => msgpack().decode(unhex(text))
const problem = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

codecConformance(
  () => ({
    codec: msgpack(),
    samples: [
      null,
      'text',
      [1, [2.5, []]],
      { a: { b: null }, 日本: '語 \u{1f600}' },
      Uint8Array.of(1, 2, 3),
      Float32Array.of(1, -2.5),
      { x: { data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: 'float64' } },
      { data: BigInt64Array.of(1n, -1n), shape: [2], dtype: 'int64', name: 'ids' },
      new Date(1700000000123),
      2n ** 60n,
    ],
    garbage: [new Uint8Array(), unhex('c1'), unhex('c0c0'), unhex('92c0'), new Uint8Array(40).fill(0xdd)],
  }),
  { describe, it },
)

/** Written by Python's msgpack 1.2.1: `msgpack.packb(value)`. */
const vectors: [unknown, string][] = [
  [null, 'c0'],
  [true, 'c3'],
  [255, 'ccff'],
  [-1, 'ff'],
  [-129, 'd1ff7f'],
  [2 ** 31, 'ce80000000'],
  [-(2 ** 40), 'd3ffffff0000000000'],
  [2n ** 63n, 'cf8000000000000000'],
  [-(2n ** 63n), 'd38000000000000000'],
  [1.5, 'cb3ff8000000000000'],
  ['hi', 'a26869'],
  ['日本語 é', 'ace697a5e69cace8aa9e20c3a9'],
  [[1, [2, [3]]], '920192029103'],
  [{ a: 1, b: { c: [null, true] } }, '82a16101a16281a16392c0c3'],
  [Uint8Array.of(1, 2, 255), 'c4030102ff'],
  ['x'.repeat(40), `d928${'78'.repeat(40)}`],
  [Array(20).fill(7), `dc0014${'07'.repeat(20)}`],
  [
    { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, -2.5) },
    '83a56474797065a7666c6f61743332a57368617065920102a464617461c4080000803f000020c0',
  ],
  [
    { dtype: 'bool', shape: [], data: Uint8Array.of(1) },
    '83a56474797065a4626f6f6ca5736861706590a464617461c40101',
  ],
  [Int16Array.of(1, -2), '82a56474797065a5696e743136a464617461c4040100feff'],
  [new Date(1700000000000), 'd6ff6553f100'],
  [new Date(1700000000123), 'd7ff1d5353006553f100'],
  [new Date(-1500), 'c70cff1dcd6500fffffffffffffffe'],
]

describe('msgpack and Python', () => {
  it.each(vectors)('reads and writes %o as Python does', (value, text) => {
    expect(read(text)).toStrictEqual(value)
    expect(hex(msgpack().encode(value))).toBe(text)
  })

  it('reads an unsigned 64-bit integer, and writes a signed one: both are an int there', () => {
    expect(read('cf0000010000000000')).toBe(2 ** 40)
    expect(hex(msgpack().encode(2 ** 40))).toBe('d30000010000000000')
  })

  it('reads floats of 32 bits, integer keys, and integers up to 2^53 as numbers', () => {
    expect(read('ca3fc00000')).toBe(1.5)
    expect(read('8201a161ffa162')).toStrictEqual({ 1: 'a', '-1': 'b' })
    expect(read('cf0020000000000000')).toBe(2 ** 53)
    expect(read('cf0020000000000001')).toBe(2n ** 53n + 1n)
    expect(read('d3ffdfffffffffffff')).toBe(-(2n ** 53n) - 1n)
  })

  it('reads strings of every length and alphabet', () => {
    const codec = msgpack()
    for (let length = 0; length < 300; length++) {
      for (const unit of ['a', 'é', '語', '\u{1f600}']) {
        const value = { [unit.repeat(length)]: [unit.repeat(length), 1], a: unit }
        expect(codec.decode(codec.encode(value))).toStrictEqual(value)
      }
    }
  })
})

describe('msgpack encode', () => {
  it('brings any JSON value back', () => {
    const codec = msgpack()
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'))
        expect(codec.decode(codec.encode(value))).toStrictEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('leaves out undefined properties, writes undefined items as nil', () => {
    expect(hex(msgpack().encode({ a: undefined, b: [undefined] }))).toBe('81a16291c0')
  })

  it('writes bytes of any kind as bytes', () => {
    const bytes = Uint8Array.of(1, 2)
    for (const value of [bytes, Buffer.from(bytes), bytes.buffer, new DataView(bytes.buffer)]) {
      expect(hex(msgpack().encode(value))).toBe('c4020102')
    }
  })

  it('writes Maps, class instances and toJSON results as maps', () => {
    class Point {
      x = 1
    }
    expect(hex(msgpack().encode(new Map<unknown, unknown>([[1, new Point()]])))).toBe('810181a17801')
    expect(hex(msgpack().encode({ toJSON: () => ({ a: Float32Array.of() }) }))).toMatch(/^81a16182a5/)
  })

  it('writes half a surrogate pair as U+FFFD, as TextEncoder does', () => {
    expect(msgpack().decode(msgpack().encode('a\ud800'))).toBe('a\ufffd')
  })

  it('does not change the value that it writes', () => {
    const value = Object.freeze({
      big: 2 ** 40,
      none: undefined,
      items: Object.freeze([Float32Array.of(1), 2 ** 40]),
    })
    msgpack().encode(value)
    expect(value.items[1]).toBe(2 ** 40)
    expect('none' in value).toBe(true)
  })

  const cycle: unknown[] = []
  cycle.push(cycle)
  it.each([
    ['undefined', undefined, /does forward return a value/],
    ['a function inside', { f: () => 1 }, /function/],
    ['a symbol', [Symbol('x')], /symbol/],
    ['a huge bigint', 2n ** 64n, /64 bits/],
    ['a cycle', cycle, /contains itself/],
    ['a Promise', Promise.resolve(1), /Promise/],
    ['a Set', { s: new Set([1]) }, /Set/],
    ['an Error', new Error('x'), /Error/],
    ['a RegExp', /x/, /RegExp/],
    ['an invalid Date', new Date(Number.NaN), /Date/],
    ['a Map with object keys', new Map([[{}, 1]]), /Map key/],
    ['a key __proto__', JSON.parse('{"__proto__":1}'), /__proto__/],
    ['a tensor of another class', { dtype: 'int32', shape: [1], data: Float32Array.of(1) }, /Int32Array/],
    [
      'a tensor of another shape',
      { dtype: 'int32', shape: [2, 2], data: Int32Array.of(1) },
      /needs 4 elements/,
    ],
    [
      'a tensor with a negative axis',
      { dtype: 'int32', shape: [-1], data: Int32Array.of(1) },
      /list of lengths/,
    ],
  ])('refuses %s and still works', (_, value, message) => {
    expect(() => msgpack().encode(value)).toThrow(EncodingError)
    expect(problem(() => msgpack().encode(value))).toMatch(message)
    expect(hex(msgpack().encode(1))).toBe('01')
  })
})

describe('msgpack tensors', () => {
  const tensor = { data: Float32Array.of(1, 2, 3), shape: [3], dtype: 'float32' }

  it('come back as views where the bytes are aligned, else as copies', () => {
    const bytes = msgpack().encode(tensor)
    const views = [0, 1, 2, 3].map((offset) => {
      const block = new Uint8Array(bytes.length + 4)
      block.set(bytes, offset)
      const { data } = msgpack().decode(block.subarray(offset, offset + bytes.length)) as typeof tensor
      expect(data).toStrictEqual(tensor.data)
      return data.buffer === block.buffer
    })
    expect(views.filter(Boolean)).toHaveLength(1)
  })

  it('leave maps alone that only look like one', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4)
    for (const value of [
      { dtype: 'text', data: bytes },
      { dtype: 'int32', data: bytes, more: 1 },
      { dtype: 1 },
    ]) {
      expect(msgpack().decode(msgpack().encode(value))).toStrictEqual(value)
    }
  })

  it('are refused when bytes, dtype and shape do not fit', () => {
    const encode = (value: unknown): Uint8Array => msgpack().encode(value)
    const bytes = Uint8Array.of(1, 2, 3)
    const wrong = [
      [{ dtype: 'int16', data: bytes }, /no whole number of int16/],
      [{ dtype: 'int8', shape: [2], data: bytes }, /needs 2 elements, its data has 3/],
      [{ dtype: 'int8', shape: ['3'], data: bytes }, /list of lengths/],
    ] as const
    for (const [value, message] of wrong) {
      // As a client in another language would write it: through a Map, so that our own check does not stop it.
      const body = encode(new Map(Object.entries(value)))
      expect(() => msgpack().decode(body)).toThrow(DecodingError)
      expect(problem(() => msgpack().decode(body))).toMatch(message)
    }
  })
})
