/** Which plain arrays are taken for a model's numbers, and what is said of the others. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ValidationError } from '../contract/errors.ts'
import { describeItem } from './describe-item.ts'
import { type PlainSpec, plainNumbers } from './plain-numbers.ts'

const matrix: PlainSpec = { shape: [2, 3], type: 'float32' }
const line = (type: PlainSpec['type']): PlainSpec => ({ shape: [null], type })

describe('plainNumbers', () => {
  it.each([
    [[1, 2, 3, 4, 5, 6], matrix, [2, 3]],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      matrix,
      [2, 3],
    ],
    [[1, 2, 3, 4], { shape: [null, 2], type: 'int32' }, [2, 2]],
    [
      [
        [1, 2],
        [3, 4],
      ],
      { shape: [null, null], type: 'int32' },
      [2, 2],
    ],
    [[7], { shape: [], type: 'float64' }, []],
    [[], line('float32'), [0]],
  ] as const)('takes %j', (item, spec, shape) => {
    expect(plainNumbers(item, spec)).toEqual({ values: item.flat(), shape })
  })

  it('takes booleans and bits for booleans', () => {
    expect(plainNumbers([true, false, 1, 0], line('bool')).values).toEqual([1, 0, 1, 0])
  })

  const wanted = 'expected numbers of the shape [2, 3], nested or in one array, got the shape '
  it.each([
    [[1, 2], matrix, `${wanted}[2]`],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      matrix,
      `${wanted}[3, 2]`,
    ],
    [
      [
        [1, 2, 3],
        [4, 5],
      ],
      matrix,
      'at [1]: expected an Array of 3 values, as before it, got an Array of 2 values',
    ],
    [[[1, 2, 3], 4], matrix, 'at [1]: expected an Array of 3 values, as before it, got a number'],
    [
      [
        [1, 2, 3],
        [4, '5', 6],
      ],
      matrix,
      'at [1][1]: expected a finite float32 number, got a string',
    ],
    [[1, 2, null], line('float32'), 'at [2]: expected a finite float32 number, got null'],
    [[1, [2]], line('float32'), 'at [1]: expected a finite float32 number, got an Array of 1 values'],
    [[1, {}], line('float32'), 'at [1]: expected a finite float32 number, got an object'],
    [[1, true], line('float32'), 'at [1]: expected a finite float32 number, got a boolean'],
    [[Number.NaN], line('float64'), 'at [0]: expected a finite number, got NaN'],
    [[1e39], line('float32'), 'at [0]: expected a finite float32 number, got another number'],
    [[65_520], line('float16'), 'at [0]: expected a finite float16 number, got another number'],
    [[0.5], line('int32'), 'at [0]: expected an integer from -2147483648 to 2147483647, got another number'],
    [[256], line('uint8'), 'at [0]: expected an integer from 0 to 255, got another number'],
    [[2 ** 53], line('int64'), 'at [0]: expected an integer from -9007199254740991 to 9007199254740991'],
    [[2], line('bool'), 'at [0]: expected true, false, 0 or 1, got another number'],
    [
      [1, 2, 3],
      { shape: [null, 2], type: 'int32' },
      'shape [?, 2], nested or in one array, got the shape [3]',
    ],
    [
      [1, 2],
      { shape: [null, null], type: 'int32' },
      'shape [?, ?], nested or in one array, got the shape [2]',
    ],
  ] as const)('refuses %j', (item, spec, message) => {
    expect(() => plainNumbers(item, spec)).toThrow(ValidationError)
    expect(() => plainNumbers(item, spec)).toThrow(message)
  })

  it('refuses endless nesting without following it', () => {
    let deep: unknown[] = [1]
    for (let n = 0; n < 100_000; n += 1) deep = [deep]
    expect(() => plainNumbers(deep, matrix)).toThrow('arrays are nested more than 16 deep')
  })

  it('gives finite numbers of the right count, or a ValidationError, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }), (item) => {
        try {
          const { values } = plainNumbers(item, matrix)
          expect(values.length === 6 && values.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError)
        }
      }),
    )
  })
})

describe('describeItem', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['secret', 'a string'],
    [new Int32Array(2), 'an Int32Array of 2 values'],
    [new Uint8Array(2), 'a Uint8Array of 2 values'],
    [{ data: [1], shape: [1] }, 'an Array of 1 values, shape [1]'],
    [{}, 'an object without data'],
  ])('calls %j by its type', (item, words) => {
    expect(describeItem(item)).toBe(words)
  })
})
