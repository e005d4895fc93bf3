import { expect, it } from 'vitest'
import { StartError } from '../contract/errors.ts'
import { checkNames } from './check-names.ts'

it.each([
  ['wasm', 'backends takes a list of names, got "wasm"; there are wasm, cpu'],
  [null, 'backends takes a list of names, got null; there are wasm, cpu'],
  [[], 'backends is an empty list; there are wasm, cpu'],
  [['cpu', 'bogus'], 'backends: there is no "bogus"; there are wasm, cpu'],
  [[undefined], 'backends: there is no undefined; there are wasm, cpu'],
])('refuses %j', (names, message) => {
  expect(() => checkNames('backends', names, ['wasm', 'cpu'])).toThrow(new StartError(message))
})

it('takes known names in any order', () => {
  expect(checkNames('backends', ['cpu', 'wasm'], ['wasm', 'cpu'])).toBeUndefined()
})
