/** Versions compare number by number. */

import { expect, test } from 'vitest'
import { isNodeNewEnough } from './node-version.mjs'

test.each([
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.0.0', true],
  ['20.9.0', false],
  ['18.99.1', false],
])('%s against >=20.19: %s', (version, expected) => {
  expect(isNodeNewEnough(version, '>=20.19')).toBe(expected)
})
