/**
 * Reads over a stranger's bytes before msgpackr does, and lets only plain standard MessagePack through.
 *
 * msgpackr trusts what it reads: it makes arrays of any declared length, recurses as deep as the data says, replaces
 * bad UTF-8, and follows its own extensions (records, references, regular expressions). Here nothing is built and
 * nothing recurses, so a bomb costs no more than its bytes.
 */

import { isUtf8 } from 'node:buffer'
import { DecodingError } from '@mosec/core'

/** Arrays and maps inside each other; as many as Python's packer writes. */
export const MAX_DEPTH = 512

/** Shorter strings are looked through here, since a call of `isUtf8` costs more. */
const SHORT_STRING = 24

/** The extension type -1, the standard's timestamp, as a byte. */
const TIMESTAMP = 0xff
const TIMESTAMP_LENGTHS = [4, 8, 12]
/** Farthest from 1970 that a `Date` can be; ECMA-262, section 21.4.1.1. */
const MAX_SECONDS = 8.64e12

const PROTO = [...Buffer.from('__proto__')]
const DTYPE = [...Buffer.from('dtype')]

/**
 * Checks that the bytes are one whole MessagePack value.
 * @throws DecodingError with the position of the first byte that is wrong.
 */
export function checkMessagePack(bytes: Uint8Array): { readonly mayHoldTensors: boolean } {
  const check = new Check(bytes)
  check.run()
  return check
}

class Check {
  /** A key `dtype` was seen. */
  mayHoldTensors = false
  readonly #bytes: Uint8Array
  #at = 0
  /** Items still to come in each open array or map; a map's keys and values are counted alike. */
  readonly #left: number[] = []
  readonly #isMap: boolean[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  run(): void {
    this.#item()
    for (let top = this.#left.length - 1; top >= 0; top = this.#left.length - 1) {
      const left = this.#left[top] ?? 0
      if (left === 0) {
        this.#left.pop()
        this.#isMap.pop()
        continue
      }
      this.#left[top] = left - 1
      if (this.#isMap[top] === true && left % 2 === 0) this.#key()
      else this.#item()
    }
    const extra = this.#bytes.length - this.#at
    if (extra > 0) this.#fail(`${extra} more bytes follow the value`, this.#at)
  }

  #item(): void {
    const token = this.#byte()
    if (token < 0x80 || token >= 0xe0) return
    if (token < 0x90) this.#open(token & 0x0f, true)
    else if (token < 0xa0) this.#open(token & 0x0f, false)
    else if (token < 0xc0) this.#string(token & 0x1f)
    else this.#headed(token)
  }

  /** The tokens 0xc0 to 0xdf. */
  #headed(token: number): void {
    if (token === 0xc1) this.#fail('0xc1 is no MessagePack', this.#at - 1)
    if (token <= 0xc3) return
    if (token <= 0xc6) this.#skip(this.#number(1 << (token - 0xc4)), 'a byte string')
    else if (token <= 0xc9) this.#extension(this.#number(1 << (token - 0xc7)))
    else if (token <= 0xcb) this.#skip(4 << (token - 0xca), 'a number')
    else if (token <= 0xcf) this.#skip(1 << (token - 0xcc), 'a number')
    else if (token <= 0xd3) this.#skip(1 << (token - 0xd0), 'a number')
    else if (token <= 0xd8) this.#extension(1 << (token - 0xd4))
    else if (token <= 0xdb) this.#string(this.#number(1 << (token - 0xd9)))
    else if (token <= 0xdd) this.#open(this.#number(2 << (token - 0xdc)), false)
    else this.#open(this.#number(2 << (token - 0xde)), true)
  }

  /** A string, or an integer that becomes one; what else may stand for a key of an object? */
  #key(): void {
    const start = this.#at
    const token = this.#bytes[start] ?? 0xc0
    const isInteger = token < 0x80 || token >= 0xe0 || (token >= 0xcc && token <= 0xd3)
    const isString = (token >= 0xa0 && token < 0xc0) || (token >= 0xd9 && token <= 0xdb)
    if (!isInteger && !isString && start < this.#bytes.length) {
      this.#fail('a map key must be a string or an integer', start)
    }
    this.#item()
    if (isString) this.#keyText(start)
  }

  #keyText(start: number): void {
    if (this.#endsWith(DTYPE)) this.mayHoldTensors = true
    if (this.#endsWith(PROTO)) this.#fail('the key "__proto__" is not accepted', start)
  }

  /** Did the string that was just read end so? A longer one that does is refused or looked at in vain, harmlessly. */
  #endsWith(text: readonly number[]): boolean {
    const from = this.#at - text.length
    for (let i = 0; i < text.length; i++) {
      if (this.#bytes[from + i] !== text[i]) return false
    }
    return true
  }

  #open(count: number, isMap: boolean): void {
    const items = isMap ? count * 2 : count
    if (items > this.#bytes.length - this.#at) {
      this.#fail(`${isMap ? 'a map' : 'an array'} of ${count} items cannot fit in what is left`, this.#at)
    }
    if (this.#left.length >= MAX_DEPTH)
      this.#fail(`more than ${MAX_DEPTH} arrays and maps are nested`, this.#at)
    this.#left.push(items)
    this.#isMap.push(isMap)
  }

  #string(length: number): void {
    const start = this.#at
    this.#skip(length, 'a string')
    if (length < SHORT_STRING && this.#isAscii(start)) return
    if (!isUtf8(this.#bytes.subarray(start, this.#at))) this.#fail('a string is not UTF-8', start)
  }

  #isAscii(start: number): boolean {
    for (let i = start; i < this.#at; i++) {
      if ((this.#bytes[i] ?? 0) >= 0x80) return false
    }
    return true
  }

  #extension(length: number): void {
    const start = this.#at
    const type = this.#byte()
    if (type !== TIMESTAMP) this.#fail(`the extension type ${(type << 24) >> 24} is not known`, start)
    if (!TIMESTAMP_LENGTHS.includes(length)) this.#fail(`a timestamp of ${length} bytes`, start)
    this.#skip(length, 'a timestamp')
    if (!isTimestamp(this.#bytes.subarray(start + 1, this.#at))) {
      this.#fail('a timestamp that names no time', start)
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) return this.#fail('the data ends where a value is expected', this.#at)
    this.#at++
    return byte
  }

  /** A big-endian length of 1, 2 or 4 bytes. */
  #number(size: number): number {
    let value = 0
    for (let i = 0; i < size; i++) value = value * 256 + this.#byte()
    return value
  }

  #skip(length: number, what: string): void {
    if (length > this.#bytes.length - this.#at) {
      this.#fail(`the data ends inside ${what} of ${length} bytes`, this.#at)
    }
    this.#at += length
  }

  #fail(problem: string, at: number): never {
    throw new DecodingError(`no valid MessagePack: ${problem}, at byte ${at}`)
  }
}

/** Nanoseconds are less than a second, and a `Date` holds the seconds: an invalid one would throw later, elsewhere. */
function isTimestamp(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return true
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const nanoseconds = bytes.length === 8 ? view.getUint32(0) >>> 2 : view.getUint32(0)
  const seconds = bytes.length === 8 ? 0 : Number(view.getBigInt64(4))
  return nanoseconds < 1e9 && Math.abs(seconds) <= MAX_SECONDS
}
