/** JSON made to harm: nothing but a DecodingError or a harmless value comes of it, soon, and the codec still works. */

import { DecodingError } from '@mosec/core'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_DEPTH } from './check-depth.ts'
import { json } from './json.ts'

const read = (text: string): unknown => json().decode(Buffer.from(text))

/** Arrays and objects in turn, around a value. */
function nested(depth: number, inside = '"]}"'): string {
  const levels = Array.from({ length: depth }, (_, level) => level % 2 === 0)
  const open = levels.map((isArray) => (isArray ? '[' : '{"a\\"[":')).join('')
  const close = levels.toReversed().map((isArray) => (isArray ? ']' : '}'))
  return `${open}${inside}${close.join('')}`
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

afterEach(() => {
  expect(read('{"still":["works"]}')).toEqual({ still: ['works'] })
  expect(Object.keys(Object.prototype)).toEqual([])
})

describe('hostile JSON', () => {
  it('is read down to the deepest level that is allowed, and refused below', () => {
    expect(depthOf(read(nested(MAX_DEPTH)))).toBe(MAX_DEPTH)
    expect(() => read(nested(MAX_DEPTH + 1))).toThrow(
      'no valid JSON: more than 512 arrays and objects are nested',
    )
    expect(() => read(nested(1_000_000))).toThrow(DecodingError)
    expect(() => read('['.repeat(10_000_000))).toThrow(DecodingError)
  })

  it('may be as wide as it likes, and have any brackets in its strings', () => {
    const wide = `[${'[1],{"a":2},'.repeat(20_000)}0]`
    expect(read(wide)).toHaveLength(40_001)
    const text = `${'[{'.repeat(600)}\\"\\\\`
    expect(read(`["${text}", 1]`)).toEqual([`${'[{'.repeat(600)}"\\`, 1])
  })

  it('is refused for its depth only when it is too deep', () => {
    const value = fc.json({ maxDepth: 6 })
    fc.assert(
      fc.property(value, fc.integer({ min: 480, max: 540 }), (text, levels) => {
        const isTooDeep = levels + depthOf(JSON.parse(text)) > MAX_DEPTH
        if (isTooDeep) expect(() => read(nested(levels, text))).toThrow(DecodingError)
        else expect(() => read(nested(levels, text))).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['__proto__', '{"__proto__":{"polluted":true}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"polluted":true}}}'],
    ['__proto__ of __proto__', '{"__proto__":{"__proto__":{"polluted":true}}}'],
    ['an escaped __proto__', '{"\\u005f_proto__":{"polluted":true}}'],
    ['names of methods', '{"toString":1,"valueOf":2,"hasOwnProperty":3,"then":4}'],
  ])('with %s as a key is a value with such a property, and no prototype changes', (_, text) => {
    const value = read(text) as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    for (const key of Object.keys(JSON.parse(text))) expect(Object.hasOwn(value, key)).toBe(true)
    expect('polluted' in {}).toBe(false)
    expect(new TextDecoder().decode(json().encode(value))).toBe(JSON.stringify(JSON.parse(text)))
  })

  it.each([
    ['the last of two equal keys', '{"a":1,"a":2}', { a: 2 }],
    ['a number beyond all', '[1e400,-1e400]', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['a number too fine', '[1e-400]', [0]],
    ['a number of many digits', `[${'9'.repeat(400)}]`, [Number.POSITIVE_INFINITY]],
    ['half a surrogate pair', '["\\ud800"]', ['\ud800']],
    ['a zero character', '["\\u0000"]', ['\0']],
    ['a negative zero', '[-0]', [-0]],
  ])('reads %s', (_, text, value) => {
    expect(read(text)).toEqual(value)
  })

  it.each(['NaN', 'Infinity', '-Infinity', '0x10', '01', '+1', '1.', '.5', "'a'", '[1,]', '{a:1}', '/**/1'])(
    'refuses %s, which is no JSON',
    (text) => {
      expect(() => read(text)).toThrow(DecodingError)
    },
  )

  it.each([
    ['a surrogate as UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x31, 0x00]],
    ['two byte order marks', [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x31]],
    ['a byte order mark alone', [0xef, 0xbb, 0xbf]],
  ])('refuses %s', (_, bytes) => {
    expect(() => json().decode(Uint8Array.from(bytes))).toThrow(DecodingError)
  })
})
