/** The JSON codec: what it reads, what it refuses, and what it says. */

import { DecodingError, EncodingError } from '@mosec/core'
import { codecConformance, processorMs } from '@mosec/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from './json.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string): unknown => json().decode(bytes(text))
const write = (value: unknown): string => new TextDecoder().decode(json().encode(value))
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
    codec: json(),
    samples: [null, 0, 'text', [1, [2, []]], { a: { b: null }, 日本: '語 \u{1f600}' }, 1e300],
    garbage: [
      bytes('{"a":1,}'),
      bytes('[1'),
      Uint8Array.of(0xff, 0xfe),
      new Uint8Array(),
      bytes('undefined'),
    ],
  }),
  { describe, it },
)

describe('json decode', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(read(text)).toStrictEqual(JSON.parse(text))
      }),
    )
  })

  it('skips a byte order mark', () => {
    expect(json().decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toBe(1)
  })

  it.each([
    ['', 'no JSON: the body is empty'],
    ['{"a":1,}', 'no valid JSON: a key in double quotes is expected, at position 7: "}"'],
    ['hello', 'no valid JSON: a value is expected, at position 0: "hello"'],
    ['{"a" 1}', 'no valid JSON: ":" is expected, at position 5: "1}"'],
    ['[1 2]', 'no valid JSON: "," or the closing bracket is expected, at position 3: "2]"'],
    ['[01]', 'no valid JSON: "," or the closing bracket is expected, at position 2: "1]"'],
    ['{"a":', 'no valid JSON: the text ends where a value is expected, at position 5'],
    ['"abc', 'no valid JSON: a string is not closed, at position 0: "\\"abc"'],
    ['1 1', 'no valid JSON: nothing more is expected, at position 2: "1"'],
    ['"\\x"', 'no valid JSON: a string has a bad escape, at position 1: "\\\\x\\""'],
  ])('says where %j is wrong', (text, message) => {
    expect(problem(() => read(text))).toBe(message)
  })

  it('never repeats more than a short excerpt', () => {
    const body = `[${'secret '.repeat(1000)}]`
    expect(problem(() => read(body)).length).toBeLessThan(100)
  })

  it('names the byte that is no UTF-8', () => {
    const body = bytes(JSON.stringify('日本語'.repeat(50)))
    body[100] = 0xff
    expect(problem(() => json().decode(body))).toBe('no valid JSON: byte 100 is not UTF-8')
    expect(problem(() => json().decode(Uint8Array.of(0x22, 0xe6, 0x97)))).toContain('byte 1 ')
  })

  it('keeps a key __proto__ as a property and changes no prototype', () => {
    const value = read('{"__proto__":{"polluted":true}}') as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
    expect('polluted' in {}).toBe(false)
  })

  it('throws nothing but DecodingError, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        try {
          json().decode(body)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodingError)
          expect((error as Error).message).not.toBe('')
        }
      }),
    )
  })

  it('answers a deep or long bomb quickly, and still works', () => {
    const bombs = ['['.repeat(1e6), `"${'\\'.repeat(1e6)}x`, '{"a":'.repeat(2e5), `[${'-'.repeat(1e6)}`]
    const startMs = processorMs()
    for (const bomb of bombs) expect(() => read(bomb)).toThrow(DecodingError)
    expect(() => json().decode(new Uint8Array(1e6).fill(0x80))).toThrow(DecodingError)
    expect(processorMs() - startMs).toBeLessThan(3000)
    expect(read('1')).toBe(1)
  })
})

describe('json encode', () => {
  it('writes typed arrays as plain arrays, wherever they are', () => {
    expect(write(Float32Array.of(1, 2.5))).toBe('[1,2.5]')
    expect(write({ a: [1, { b: Buffer.from([1, 2]) }], c: 'x' })).toBe('{"a":[1,{"b":[1,2]}],"c":"x"}')
    expect(write([new DataView(new ArrayBuffer(2))])).toBe('[[0,0]]')
  })

  it('follows JSON: NaN is null, functions in objects are left out', () => {
    expect(write([Number.NaN, Number.POSITIVE_INFINITY])).toBe('[null,null]')
    expect(write(Float64Array.of(Number.NaN))).toBe('[null]')
    expect(write({ a: () => 1, b: undefined, c: 1 })).toBe('{"c":1}')
    expect(write(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"')
  })

  it.each([
    ['undefined', undefined, /is undefined: does forward return a value/],
    ['a symbol', Symbol('x'), /a symbol/],
    ['a BigInt', { n: 1n }, /BigInt/],
    ['64-bit integers', BigInt64Array.of(1n), /BigInt/],
    ['a toJSON that throws', { toJSON: () => expect.fail('no') }, /toJSON/],
  ])('refuses %s and still works', (_, value, message) => {
    expect(() => json().encode(value)).toThrow(EncodingError)
    expect(problem(() => json().encode(value))).toMatch(message)
    expect(write(1)).toBe('1')
  })

  it('refuses cycles, also beside and through typed arrays', () => {
    const cycle: unknown[] = [Float32Array.of(1)]
    cycle.push(cycle)
    expect(problem(() => json().encode(cycle))).toMatch(/contains itself/)
    const plain: unknown[] = []
    plain.push(plain)
    expect(problem(() => json().encode(plain))).toMatch(/contains itself/)
  })
})
