/** Which arrays hold the values of which ONNX element type. */

/** The arrays that items and rows are made of. Half-precision values are given and taken as `Float32Array`. */
export type OnnxArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[]

const arrayTypes = {
  float32: Float32Array,
  float16: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const

/** Element types that are packed. */
export type ElementType = keyof typeof arrayTypes | 'string'

/** Is it one of those? (The 4-bit integers are not.) */
export function isElementType(type: string): type is ElementType {
  return type === 'string' || Object.hasOwn(arrayTypes, type)
}

/** What messages call the array of that type. */
export function arrayName(type: ElementType): string {
  return type === 'string' ? 'Array of strings' : arrayTypes[type].name
}

/** Zeros, or empty strings. */
export function emptyArray(type: ElementType, length: number): OnnxArray {
  return type === 'string' ? Array<string>(length).fill('') : new arrayTypes[type](length)
}

/** The numbers, in the array of that type. */
export function arrayFrom(type: Exclude<ElementType, 'string'>, values: readonly number[]): OnnxArray {
  if (type === 'int64') return BigInt64Array.from(values, BigInt)
  if (type === 'uint64') return BigUint64Array.from(values, BigInt)
  return new arrayTypes[type](values)
}

/** Does the value hold elements of that type? */
export function isArrayOf(type: ElementType, value: unknown): value is OnnxArray {
  if (type !== 'string') return value instanceof arrayTypes[type]
  return Array.isArray(value) && value.every((element) => typeof element === 'string')
}
