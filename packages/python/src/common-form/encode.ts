/** A value to the bytes that Python reads. */

import { ByteWriter } from './byte-writer.ts'
import { dtypeOf, type TypedArray } from './dtypes.ts'
import { ARRAY_TYPE, aligned, HEAD_BYTES, MAGIC, MAX_DEPTH } from './layout.ts'
import { isTensor, type Tensor } from './tensor.ts'

/**
 * Encodes what both languages know: null, booleans, numbers, bigints of 64 bits, strings, bytes, arrays, plain objects,
 * Maps, typed arrays and tensors. Properties that are `undefined` are left out.
 * @throws TypeError saying where in the value something else is, and what.
 */
export function encode(value: unknown): Uint8Array {
  const encoder = new Encoder()
  try {
    encoder.value(value, 0)
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    throw new TypeError(
      `value${shortened(error.path)} ${error.message} and cannot cross to Python; null, booleans, numbers, strings, bytes, ` +
        'arrays, plain objects, Maps, typed arrays and tensors can',
    )
  }
  return encoder.finish()
}

/** Of a place deep down its beginning and its end; a log line of kilobytes helps nobody. */
function shortened(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 100)} ... ${path.slice(-97)}`
}

/** Something that has no form; the path grows on its way out. */
class Misfit extends Error {
  path = ''
}

const NULL = 0xc0
const FALSE = 0xc2
const TRUE = 0xc3

class Encoder {
  readonly #document = new ByteWriter()
  readonly #arrays: TypedArray[] = []
  #arrayBytes = 0

  value(value: unknown, depth: number): void {
    if (typeof value === 'string') this.#document.string(value)
    else if (typeof value === 'number') this.#document.number(value)
    else if (typeof value === 'boolean') this.#document.byte(value ? TRUE : FALSE)
    else if (typeof value === 'bigint') this.#bigint(value)
    else if (value === null) this.#document.byte(NULL)
    else if (typeof value === 'object') this.#object(value, depth)
    else throw new Misfit(`is ${value === undefined ? 'undefined' : `a ${typeof value}`}`)
  }

  /** The document, with the arrays behind it. */
  finish(): Uint8Array {
    const document = this.#document.take()
    if (this.#arrays.length === 0) return document
    const start = aligned(HEAD_BYTES + document.length)
    const bytes = Buffer.alloc(start + this.#arrayBytes)
    bytes[0] = MAGIC
    bytes.writeUInt32BE(document.length, 4)
    bytes.set(document, HEAD_BYTES)
    let at = start
    for (const { buffer, byteOffset, byteLength } of this.#arrays) {
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at)
      at += aligned(byteLength)
    }
    return bytes
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value) {
      throw new Misfit(`is the bigint ${value}, which has more than 64 bits,`)
    }
    this.#document.bigint(value)
  }

  #object(value: object, depth: number): void {
    if (depth >= MAX_DEPTH) throw new Misfit(`is nested more than ${MAX_DEPTH} deep`)
    if (Array.isArray(value)) this.#list(value, depth)
    else if (ArrayBuffer.isView(value)) this.#view(value)
    else if (value instanceof ArrayBuffer) this.#document.bytes(new Uint8Array(value))
    else if (value instanceof Map) this.#entries([...value], depth, true)
    else this.#plain(value, depth)
  }

  #plain(value: object, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) throw new Misfit(`is a ${classOf(value)}`)
    if (this.#isTensor(value)) {
      this.#array(value)
      return
    }
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    this.#entries(entries, depth, false)
  }

  #list(items: readonly unknown[], depth: number): void {
    this.#document.head(items.length, { few: 0x90, many: 0xdc })
    // A hole and undefined are null, as in JSON.
    for (let index = 0; index < items.length; index++) {
      this.#part(items[index] ?? null, depth, () => `[${index}]`)
    }
  }

  #entries(entries: readonly (readonly [unknown, unknown])[], depth: number, isMap: boolean): void {
    this.#document.head(entries.length, { few: 0x80, many: 0xde })
    for (const [key, item] of entries) {
      const path = (): string => (isMap ? `.get(${String(key)})` : `.${String(key)}`)
      this.#part(key, depth, path)
      this.#part(item, depth, path)
    }
  }

  #part(value: unknown, depth: number, path: () => string): void {
    try {
      this.value(value, depth + 1)
    } catch (error) {
      if (error instanceof Misfit) error.path = path() + error.path
      throw error
    }
  }

  #view(view: ArrayBufferView): void {
    if (view instanceof DataView) throw new Misfit('is a DataView')
    const data = view as TypedArray
    const dtype = dtypeOf(data)
    if (dtype !== undefined) this.#array({ data, shape: [data.length], dtype })
    else this.#document.bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  #array({ data, shape, dtype }: Tensor): void {
    const place = new ByteWriter()
    place.head(shape.length + 2, { few: 0x90, many: 0xdc })
    place.string(dtype)
    for (const number of [this.#arrayBytes, ...shape]) place.number(number)
    this.#document.extension(ARRAY_TYPE, place.take())
    this.#arrays.push(data)
    this.#arrayBytes += aligned(data.byteLength)
  }

  #isTensor(value: object): value is Tensor {
    try {
      return isTensor(value)
    } catch (error) {
      throw new Misfit(error instanceof Error ? error.message : String(error))
    }
  }
}

function classOf(value: object): string {
  return value.constructor?.name || 'thing without a class'
}
