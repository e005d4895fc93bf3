/** The element types that arrays may have on both sides of the border, under numpy's names. */

/** Everything that holds numbers of one type. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

type ArrayMaker = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray

/** How the elements of one type are held here. */
export interface Dtype {
  readonly Array: ArrayMaker & { readonly BYTES_PER_ELEMENT: number }
  /** An array of one dimension comes as `Array` itself; otherwise `Array` would not tell the type. */
  readonly isBare: boolean
}

/** 16-bit floats are the `Uint16Array` of their bits, `bool` is a `Uint8Array`: JavaScript has no arrays of these. */
export const dtypes: Readonly<Partial<Record<string, Dtype>>> = {
  bool: { Array: Uint8Array, isBare: false },
  int8: { Array: Int8Array, isBare: true },
  uint8: { Array: Uint8Array, isBare: false },
  int16: { Array: Int16Array, isBare: true },
  uint16: { Array: Uint16Array, isBare: true },
  int32: { Array: Int32Array, isBare: true },
  uint32: { Array: Uint32Array, isBare: true },
  int64: { Array: BigInt64Array, isBare: true },
  uint64: { Array: BigUint64Array, isBare: true },
  float16: { Array: Uint16Array, isBare: false },
  bfloat16: { Array: Uint16Array, isBare: false },
  float32: { Array: Float32Array, isBare: true },
  float64: { Array: Float64Array, isBare: true },
}

/** The type that a typed array alone stands for; undefined for bytes. */
export function dtypeOf(array: TypedArray): string | undefined {
  return Object.keys(dtypes).find((name) => {
    const dtype = dtypes[name]
    return dtype?.isBare === true && array instanceof dtype.Array
  })
}
