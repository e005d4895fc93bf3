/** Bytes from Python to a value. */

import { dtypes, type TypedArray } from './dtypes.ts'
import { ARRAY_TYPE, aligned, HEAD_BYTES, MAGIC, MAX_DEPTH_READ } from './layout.ts'
import type { Tensor } from './tensor.ts'

/**
 * Decodes what {@link encode} of either language wrote. Bytes are views of what came, and so are arrays that lie aligned;
 * the others are copied.
 * @throws Error for bytes that are not of this form.
 */
export function decode(bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer[0] !== MAGIC) return new Decoder(buffer, buffer.subarray(buffer.length)).whole()
  const end = HEAD_BYTES + buffer.readUInt32BE(4)
  if (end > buffer.length) throw new Error('the bytes end within the document')
  return new Decoder(buffer.subarray(HEAD_BYTES, end), buffer.subarray(aligned(end))).whole()
}

class Decoder {
  readonly #document: Buffer
  /** What lies behind the document. */
  readonly #arrays: Buffer
  #at = 0

  constructor(document: Buffer, arrays: Buffer) {
    this.#document = document
    this.#arrays = arrays
  }

  whole(): unknown {
    const value = this.#value(0)
    if (this.#at < this.#document.length) throw new Error(`more bytes follow the value, at byte ${this.#at}`)
    return value
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH_READ) throw new Error(`more than ${MAX_DEPTH_READ} lists and maps are nested`)
    const token = this.#unsigned(1)
    if (token < 0x80) return token
    if (token < 0x90) return this.#map(token & 0x0f, depth)
    if (token < 0xa0) return this.#list(token & 0x0f, depth)
    if (token < 0xc0) return this.#string(token & 0x1f)
    if (token >= 0xe0) return token - 0x100
    return this.#headed(token, depth)
  }

  #headed(token: number, depth: number): unknown {
    if (token === 0xc0) return null
    if (token === 0xc2 || token === 0xc3) return token === 0xc3
    if (token >= 0xc4 && token <= 0xc6) return this.#take(this.#unsigned(1 << (token - 0xc4)))
    if (token >= 0xc7 && token <= 0xc9) return this.#extension(this.#unsigned(1 << (token - 0xc7)))
    if (token === 0xca) return this.#take(4).readFloatBE()
    if (token === 0xcb) return this.#take(8).readDoubleBE()
    if (token >= 0xcc && token <= 0xce) return this.#unsigned(1 << (token - 0xcc))
    if (token === 0xcf) return numberOf(this.#take(8).readBigUInt64BE())
    if (token >= 0xd0 && token <= 0xd2) return this.#signed(1 << (token - 0xd0))
    if (token === 0xd3) return numberOf(this.#take(8).readBigInt64BE())
    if (token >= 0xd4 && token <= 0xd8) return this.#extension(1 << (token - 0xd4))
    if (token >= 0xd9 && token <= 0xdb) return this.#string(this.#unsigned(1 << (token - 0xd9)))
    if (token === 0xdc || token === 0xdd) return this.#list(this.#unsigned(2 << (token - 0xdc)), depth)
    if (token === 0xde || token === 0xdf) return this.#map(this.#unsigned(2 << (token - 0xde)), depth)
    throw new Error(`0x${token.toString(16)} is no msgpack, at byte ${this.#at - 1}`)
  }

  #list(count: number, depth: number): unknown[] {
    this.#checkCount(count)
    const items: unknown[] = []
    for (let index = 0; index < count; index++) items.push(this.#value(depth + 1))
    return items
  }

  /** An object as long as all keys are strings, a Map otherwise. */
  #map(count: number, depth: number): unknown {
    this.#checkCount(count * 2)
    const entries: [unknown, unknown][] = []
    let isObject = true
    for (let index = 0; index < count; index++) {
      const key = this.#value(depth + 1)
      isObject &&= typeof key === 'string' && key !== '__proto__'
      entries.push([key, this.#value(depth + 1)])
    }
    return isObject ? Object.fromEntries(entries) : new Map(entries)
  }

  #string(length: number): string {
    const start = this.#at
    this.#skip(length)
    return this.#document.toString('utf8', start, this.#at)
  }

  #extension(length: number): unknown {
    const type = this.#unsigned(1)
    const place = this.#take(length)
    if (type !== ARRAY_TYPE) throw new Error(`extension type ${type} is not known`)
    const parts = new Decoder(place, place.subarray(place.length)).whole()
    const [dtype, offset, ...shape]: unknown[] = Array.isArray(parts) ? parts : []
    if (typeof dtype !== 'string' || !isCount(offset) || !shape.every(isCount)) {
      throw new Error('an array does not say where it is')
    }
    return this.#array(dtype, offset, shape)
  }

  #array(dtype: string, offset: number, shape: number[]): TypedArray | Tensor {
    const elements = dtypes[dtype]
    if (elements === undefined) throw new Error(`arrays of dtype ${dtype} are not known`)
    const length = shape.reduce((product, size) => product * size, 1)
    const size = elements.Array.BYTES_PER_ELEMENT
    const end = offset + length * size
    if (end > this.#arrays.length) throw new Error(`an array of ${length * size} bytes ends behind the bytes`)
    const bytes = this.#arrays.subarray(offset, end)
    const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
    const data = new elements.Array(buffer, byteOffset, length)
    return shape.length === 1 && elements.isBare ? data : { data, shape, dtype }
  }

  #unsigned(size: number): number {
    return this.#take(size).readUIntBE(0, size)
  }

  #signed(size: number): number {
    return this.#take(size).readIntBE(0, size)
  }

  #take(length: number): Buffer {
    const start = this.#at
    this.#skip(length)
    return this.#document.subarray(start, this.#at)
  }

  #skip(length: number): void {
    if (length > this.#document.length - this.#at)
      throw new Error(`the bytes end within a value, at byte ${this.#at}`)
    this.#at += length
  }

  /** Each item has a byte at least, so that a length alone makes nobody take memory. */
  #checkCount(count: number): void {
    if (count > this.#document.length - this.#at) {
      throw new Error(`${count} items cannot fit in what is left, at byte ${this.#at}`)
    }
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** A number where it is exact. */
const numberOf = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
