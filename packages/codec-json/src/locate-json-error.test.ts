/** The locator agrees with JSON.parse on what is wrong at all. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstInvalidByte } from './first-invalid-byte.ts'
import { locateJsonError } from './locate-json-error.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Valid JSON with one piece cut out or put in, and texts of JSON's own characters. */
const texts = fc.oneof(
  fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '"', ',', ']', '}', '\\', '1', 'e', '\u0000'),
    )
    .map(([text, at, cut, insert]) => {
      const start = at % (text.length + 1)
      return text.slice(0, start) + insert + text.slice(start + cut)
    }),
  fc.string({ unit: fc.constantFrom(...'[]{}",:0123.eE+-\\u \ttruefalsn') }),
)

describe('locateJsonError', () => {
  it('finds an error exactly where JSON.parse does', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(locateJsonError(text) === '').toBe(isJson(text))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('firstInvalidByte', () => {
  it('names the byte after the valid text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (valid, rest) => {
        const before = Buffer.from(valid)
        const bytes = Buffer.concat([before, Uint8Array.of(0xff), Buffer.from(rest)])
        expect(firstInvalidByte(bytes)).toBe(before.length)
      }),
    )
  })
})
