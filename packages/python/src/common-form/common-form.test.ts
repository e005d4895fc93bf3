import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'
import type { TypedArray } from './dtypes.ts'
import { encode } from './encode.ts'
import { HEAD_BYTES, MAGIC } from './layout.ts'

const through = (value: unknown): unknown => decode(encode(value))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Keys of objects; one that changes the prototype comes back in a Map. */
const key = fc.string().filter((text) => text !== '__proto__')

const arrays: fc.Arbitrary<TypedArray> = fc.oneof(
  fc.int8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
)

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    arrays,
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    fc
      .array(fc.tuple(fc.integer(), tie('value')), { minLength: 1, maxLength: 3 })
      .map((list) => new Map(list)),
  ),
}))

describe('the common form', () => {
  it('gives back what it got', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(through(value)).toEqual(value)
      }),
    )
  })

  it('is read alike wherever the bytes lie', () => {
    const value = { a: new Float64Array([1, 2]), b: new Int16Array([3]), text: 'x' }
    const bytes = encode(value)
    for (let offset = 0; offset < 9; offset++) {
      const moved = new Uint8Array(bytes.length + offset)
      moved.set(bytes, offset)
      expect(decode(moved.subarray(offset))).toEqual(value)
    }
  })

  it('hands arrays on without a copy where they lie aligned', () => {
    const bytes = encode(new Float32Array([1, 2, 3]))
    const aligned = new Uint8Array(new ArrayBuffer(bytes.length))
    aligned.set(bytes)
    expect((decode(aligned) as Float32Array).buffer).toBe(aligned.buffer)
  })

  it('keeps tensors with their shape and dtype', () => {
    const tensors = [
      { data: new Uint8Array(6), shape: [1, 2, 3], dtype: 'uint8' },
      { data: new Uint8Array(2), shape: [2], dtype: 'bool' },
      { data: new Uint16Array(1), shape: [], dtype: 'float16' },
      { data: new Float32Array(0), shape: [0, 4], dtype: 'float32' },
    ]
    expect(through(tensors)).toEqual(tensors)
  })

  it('takes an object for a tensor only when all three parts fit', () => {
    const others = [
      { data: [1], shape: [1], dtype: 'float32' },
      { data: new Float32Array(1), shape: 'round', dtype: 'float32' },
      { data: new Float32Array(1), shape: [1], dtype: 'float32', more: 1 },
    ]
    expect(through(others)).toEqual(others)
  })

  it('is plain msgpack without arrays', () => {
    expect(hex(encode({ a: [1, -1, 300, 0.5], b: null }))).toBe('82a1619401ffcd012ccb3fe0000000000000a162c0')
    expect(encode(new Float32Array(1))[0]).toBe(MAGIC)
  })

  it('leaves undefined out of objects, and takes it for null in arrays', () => {
    expect(through({ a: undefined, b: [undefined, 1] })).toEqual({ b: [null, 1] })
  })
})

describe('what cannot cross', () => {
  class Point {}
  it.each([
    [undefined, 'value is undefined'],
    [() => 1, 'value is a function'],
    [Symbol('x'), 'value is a symbol'],
    [{ a: [1, { b: new Date() }] }, 'value.a[1].b is a Date'],
    [[new Set()], 'value[0] is a Set'],
    [{ p: new Point() }, 'value.p is a Point'],
    [new Map([[1, new Map([['x', new Error('e')]])]]), 'value.get(1).get(x) is a Error'],
    [new DataView(new ArrayBuffer(1)), 'value is a DataView'],
    [{ big: 2n ** 64n }, 'value.big is the bigint 18446744073709551616, which has more than 64 bits,'],
    [
      { data: new Float32Array(3), shape: [2], dtype: 'float32' },
      'value is a tensor of shape [2] with 3 elements',
    ],
    [{ data: new Float32Array(1), shape: [1], dtype: 'complex64' }, 'value is a tensor of dtype complex64;'],
    [
      { data: new Float32Array(1), shape: [1], dtype: 'int8' },
      'value is a tensor of dtype int8, whose data must be',
    ],
  ])('is named with its place: %#', (value, text) => {
    expect(() => encode(value)).toThrow(text)
    expect(() => encode(value)).toThrow('cannot cross to Python')
  })

  it('is a value in itself, too', () => {
    const value: unknown[] = []
    value.push(value)
    expect(() => encode(value)).toThrow(
      /^value(\[0\])+.{0,2} \.\.\. .{0,2}(\[0\])+ is nested more than 512 deep/,
    )
  })
})

describe('bytes that are not of this form', () => {
  it.each([
    ['', 'the bytes end within a value'],
    ['0102', 'more bytes follow the value, at byte 1'],
    ['ddffffffff', '4294967295 items cannot fit'],
    ['dfffffffff', 'items cannot fit'],
    ['c6ffffffff', 'the bytes end within a value'],
    ['c1000000ffffffff', 'the bytes end within the document'],
    ['c10000000000000dc70a01a0', 'the bytes end within the document'],
    ['d40200', 'extension type 2 is not known'],
    ['d401c0', 'an array does not say where it is'],
    [`${'91'.repeat(1025)}c0`, 'more than 1024 lists and maps are nested'],
  ])('are refused: %#', (bytes, text) => {
    expect(() => decode(Buffer.from(bytes, 'hex'))).toThrow(text)
  })

  it('an array that says it lies behind the bytes', () => {
    const bytes = Buffer.from(encode(new Float32Array(4)))
    expect(() => decode(bytes.subarray(0, bytes.length - 1))).toThrow(
      'an array of 16 bytes ends behind the bytes',
    )
  })

  it('never hang, never throw anything but an Error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isLong) => {
        const bytes = isLong
          ? Uint8Array.of(MAGIC, 0, 0, 0, 0, 0, 0, noise.length - HEAD_BYTES, ...noise)
          : noise
        try {
          decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
    expect(through({ still: 'works' })).toEqual({ still: 'works' })
  })
})
