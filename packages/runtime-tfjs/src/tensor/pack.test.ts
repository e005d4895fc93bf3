import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkItem, type ItemSpec } from './item-spec.ts'
import { packItems, splitRows } from './pack.ts'

const specs: fc.Arbitrary<ItemSpec> = fc.record({
  shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  dtype: fc.constantFrom('float32', 'int32', 'bool'),
})

function itemOf(spec: ItemSpec, seed: number): Float32Array | Int32Array | Uint8Array {
  const length = spec.shape.reduce((product, size) => product * size, 1)
  const values = Array.from({ length }, (_, n) => (seed * 7 + n) % 251)
  if (spec.dtype === 'float32') return Float32Array.from(values)
  return spec.dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values)
}

describe('packing', () => {
  it('gives every item back, in order, whatever their shape and number', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 9 }), (spec, count) => {
        const items = Array.from({ length: count }, (_, n) => itemOf(spec, n))
        expect(splitRows(packItems(items, spec), count)).toEqual(items)
      }),
    )
  })

  it('lets only items of the right type and length in', () => {
    fc.assert(
      fc.property(specs, specs, (spec, other) => {
        const item = itemOf(other, 1)
        const length = spec.shape.reduce((product, size) => product * size, 1)
        const fits = spec.dtype === other.dtype && item.length === length
        if (fits) expect(checkItem(item, spec)).toBe(item)
        else expect(() => checkItem(item, spec)).toThrow(/^expected an? /)
      }),
    )
  })

  it('names what was expected and what came', () => {
    const spec: ItemSpec = { shape: [2, 3], dtype: 'float32' }
    const expected = 'expected a Float32Array of 6 values, shape [2,3], got '
    const data = new Float32Array(6)
    expect(checkItem({ data, shape: [2, 3] }, spec)).toBe(data)
    expect(() => checkItem({ data, shape: [3, 2] }, spec)).toThrow(
      `${expected}a Float32Array of 6 values, shape [3,2]`,
    )
    expect(() => checkItem({ data }, spec)).toThrow(
      `${expected}a Float32Array of 6 values, shape [undefined]`,
    )
    expect(() => checkItem([1, 2], spec)).toThrow(`${expected}an Array of 2 values`)
    expect(() => checkItem(new Float64Array(6), spec)).toThrow(`${expected}a Float64Array of 6 values`)
    expect(() => checkItem(null, spec)).toThrow(`${expected}null`)
    expect(() => checkItem('secret', spec)).toThrow(`${expected}a string`)
    expect(() => checkItem({}, spec)).toThrow(`${expected}an object without data`)
  })
})
