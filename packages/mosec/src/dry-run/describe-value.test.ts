import { expect, it } from 'vitest'
import { describeValue } from './describe-value.ts'

it.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [3, 'number 3'],
  [10n, 'bigint 10n'],
  ['hello', "string(5) 'hello'"],
  [['a', 'b'], "array(2) [ 'a', 'b' ]"],
  [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    'array(2 x 3) [ [ 1, 2, 3 ], [ 4, 5, 6 ] ]',
  ],
  [[[1], [2, 3]], 'array(2) [ [ 1 ], [ 2, 3 ] ]'],
  [new Float32Array(100), 'Float32Array(100) [ 0, 0, 0, 0, ... 96 more items ]'],
  [
    { data: new Uint8Array(4), shape: [2, 2] },
    'object { data: Uint8Array(4) [ 0, 0, 0, 0 ], shape: [ 2, 2 ] }',
  ],
])('tells kind, shape and beginning: %#', (value, text) => {
  expect(describeValue(value)).toBe(text)
})

it.each([
  ['a long text', 'x'.repeat(1e6)],
  ['many items', Array.from({ length: 1e5 }, (_, index) => `item ${index}`)],
  ['many keys', Object.fromEntries(Array.from({ length: 1e4 }, (_, index) => [`key${index}`, index]))],
  ['control characters', '\u001b[2J\n'],
])('stays in one short line: %s', (_, value) => {
  const text = describeValue(value)
  expect(text.length).toBeLessThan(200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  expect(text).not.toMatch(/[\n\u001b]/)
})

it('survives what cannot be shown', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  expect(typeof describeValue({ proxy })).toBe('string')
  const thrower = {
    [Symbol.toStringTag]: 1,
    get constructor() {
      throw new Error('no')
    },
  }
  expect(typeof describeValue(thrower)).toBe('string')
})
