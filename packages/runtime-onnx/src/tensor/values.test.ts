/** Element types, shapes, packing and half precision. */

import { silentLogger } from '@mosec/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadOnnx } from '../load-onnx.ts'
import type { Ort } from '../session/ort.ts'
import { type ElementType, emptyArray, type OnnxArray } from './element-type.ts'
import { fromHalves, toHalves } from './half.ts'
import { checkItem, type ItemSpec, sizeOf } from './item-spec.ts'
import { batchTensor, groupByShape, readValues, splitRows } from './pack.ts'

let ort: Ort
beforeAll(async () => {
  ort = (await loadOnnx({ logger: silentLogger, providers: ['cpu'] })).ort
})

const types: readonly ElementType[] = [
  'float32',
  'float16',
  'float64',
  'int8',
  'uint8',
  'bool',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'string',
]

function filled(type: ElementType, length: number, seed: number): OnnxArray {
  const values = emptyArray(type, length)
  for (let n = 0; n < length; n += 1) Reflect.set(values, n, elementOf(type, (seed * 7 + n) % 100))
  return values
}

function elementOf(type: ElementType, value: number): unknown {
  if (type === 'string') return `text ${value}`
  if (type === 'int64' || type === 'uint64') return BigInt(value)
  return type === 'bool' ? value % 2 : value
}

describe('packing', () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })

  it('gives every item back, in order, whatever their type, shape and number', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...types),
      shapes,
      fc.integer({ min: 1, max: 9 }),
      async (type, shape, count) => {
        const items = Array.from({ length: count }, (_, n) => ({
          data: filled(type, sizeOf(shape), n),
          shape,
        }))
        const tensor = batchTensor(ort, items, type)
        expect([tensor.type, tensor.dims]).toEqual([type, [count, ...shape]])
        expect(splitRows(await readValues(tensor), count)).toEqual(items.map(({ data }) => data))
      },
    )
    await fc.assert(property)
  })

  it('groups items by shape and keeps their places', () => {
    const of = (...shape: number[]): { data: Float32Array; shape: number[] } => ({
      data: new Float32Array(sizeOf(shape)),
      shape,
    })
    const items = [of(1, 2), of(2, 1), of(1, 2), of(2)]
    expect(groupByShape(items)).toEqual([
      { items: [items[0], items[2]], places: [0, 2] },
      { items: [items[1]], places: [1] },
      { items: [items[3]], places: [3] },
    ])
  })

  it('fetches what lies on a GPU, and frees it there', async () => {
    const calls: unknown[] = []
    const tensor = Object.create(new ort.Tensor('float32', [1, 2], [2]), {
      location: { value: 'gpu-buffer' },
      getData: {
        value: async (isReleased: boolean) => {
          calls.push(isReleased)
          return Float32Array.of(3, 4)
        },
      },
    })
    expect(await readValues(tensor)).toEqual(Float32Array.of(3, 4))
    expect(calls).toEqual([true])
  })
})

describe('checkItem', () => {
  const picture: ItemSpec = { shape: [3, null, null], type: 'float32' }
  const tokens: ItemSpec = { shape: [null], type: 'int64' }

  it('takes an array whose shape is clear, or values with their shape', () => {
    const ids = BigInt64Array.of(1n, 2n, 3n)
    expect(checkItem(ids, tokens)).toEqual({ data: ids, shape: [3] })
    const pixels = { data: new Float32Array(24), shape: [3, 2, 4] }
    expect(checkItem(pixels, picture)).toEqual(pixels)
    expect(checkItem(['a', 'b'], { shape: [2], type: 'string' })).toEqual({ data: ['a', 'b'], shape: [2] })
    expect(checkItem(Float32Array.of(1), { shape: [], type: 'float16' }).shape).toEqual([])
  })

  it.each([
    [
      new Float32Array(24),
      picture,
      'expected a Float32Array with shape [3, ?, ?], got a Float32Array of 24 values',
    ],
    [
      { data: new Float32Array(24), shape: [4, 2, 3] },
      picture,
      'got a Float32Array of 24 values, shape [4,2,3]',
    ],
    [
      { data: new Float32Array(23), shape: [3, 2, 4] },
      picture,
      'got a Float32Array of 23 values, shape [3,2,4]',
    ],
    [{ data: new Float32Array(24), shape: [3, 2, '4'] }, picture, 'shape [3,2,4]'],
    [{ data: new Float32Array(6), shape: [3, -1, -2] }, picture, 'shape [3,-1,-2]'],
    [{ shape: [3, 1, 1] }, picture, 'got an object without data'],
    [Int32Array.of(1), tokens, 'expected a BigInt64Array with shape [?], got an Int32Array of 1 values'],
    [
      ['a', 1],
      { shape: [2], type: 'string' },
      'expected an Array of strings of 2 values, shape [2], got an Array',
    ],
    [null, tokens, 'got null'],
    [7, tokens, 'got a number'],
    [new Float32Array(5), { shape: [null, 2], type: 'float32' }, 'got a Float32Array of 5 values'],
    [new Float32Array(0), { shape: [null, 0], type: 'float32' }, 'got a Float32Array of 0 values'],
  ] as const)('refuses %j', (item, spec, message) => {
    expect(() => checkItem(item, spec)).toThrow(message)
  })
})

describe('half precision', () => {
  it('brings each of the 65,536 halves back', () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, n) => n)
    const isNumber = (half: number): boolean => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0
    const numbers = bits.filter(isNumber)
    expect(toHalves(fromHalves(numbers))).toEqual(numbers)
    expect(fromHalves(bits.filter((half) => !isNumber(half))).every(Number.isNaN)).toBe(true)
  })

  it('gives the nearest half, the even one of two', () => {
    const halves = fromHalves(Uint16Array.from({ length: 0x7c00 }, (_, n) => n))
    const property = fc.property(fc.float({ min: 0, max: 65_504, noNaN: true }), (number) => {
      const [bits = 0] = toHalves(Float32Array.of(number))
      const distance = (half: number): number => Math.abs((halves[half] ?? Number.POSITIVE_INFINITY) - number)
      expect(distance(bits)).toBeLessThanOrEqual(Math.min(distance(bits - 1), distance(bits + 1)))
      if (distance(bits) === distance(bits + 1) || distance(bits) === distance(bits - 1))
        expect(bits % 2).toBe(0)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it.each([
    [65_504, 0x7bff],
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [-0, 0x8000],
    [2 ** -25, 0],
    [2 ** -24, 1],
    [3 * 2 ** -25, 2],
  ])('gives %d as %i', (number, bits) => {
    expect(toHalves(Float32Array.of(number))[0]).toBe(bits)
  })
})
