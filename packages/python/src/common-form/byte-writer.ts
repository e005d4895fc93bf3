/** Writes the pieces of a msgpack document; see the specification at https://github.com/msgpack/msgpack. */

const FIRST_BYTES = 1024
const MAX_UINT32 = 0xffff_ffff

/** Tokens of a list or a map: for up to 15 items, and for 16-bit counts (32-bit ones follow it). */
export interface HeadTokens {
  readonly few: number
  readonly many: number
}

/** Grows as it is written to; taken once. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  head(count: number, { few, many }: HeadTokens): void {
    if (count < 16) this.byte(few | count)
    else if (count <= 0xffff) this.#sized(many, 2, count)
    else this.#sized(many + 1, 4, count)
  }

  /** Whole numbers as integers, and so they are in Python; others as float64. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#float(value)
    else if (value >= 0) this.#positive(value)
    else this.#negative(value)
  }

  /** Of at most 64 bits. */
  bigint(value: bigint): void {
    this.#reserve(9)
    this.#bytes[this.#at] = value < 0n ? 0xd3 : 0xcf
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), this.#at + 1)
    this.#at += 9
  }

  string(text: string): void {
    const length = Buffer.byteLength(text)
    if (length < 32) this.byte(0xa0 | length)
    else this.#length(0xd9, length)
    this.#reserve(length)
    this.#at += this.#bytes.write(text, this.#at, length, 'utf8')
  }

  bytes(bytes: Uint8Array): void {
    this.#length(0xc4, bytes.length)
    this.#append(bytes)
  }

  extension(type: number, bytes: Uint8Array): void {
    this.#length(0xc7, bytes.length)
    this.byte(type)
    this.#append(bytes)
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** The token for an 8-bit length; those for 16 and 32 bits follow it. */
  #length(token: number, length: number): void {
    if (length <= 0xff) this.#sized(token, 1, length)
    else if (length <= 0xffff) this.#sized(token + 1, 2, length)
    else this.#sized(token + 2, 4, length)
  }

  #sized(token: number, size: number, value: number): void {
    if (value > MAX_UINT32) throw new RangeError(`msgpack holds no piece of ${value} bytes or items`)
    this.#reserve(1 + size)
    this.#bytes[this.#at] = token
    this.#bytes.writeUIntBE(value, this.#at + 1, size)
    this.#at += 1 + size
  }

  #positive(value: number): void {
    if (value < 0x80) this.byte(value)
    else if (value <= 0xff) this.#sized(0xcc, 1, value)
    else if (value <= 0xffff) this.#sized(0xcd, 2, value)
    else if (value <= MAX_UINT32) this.#sized(0xce, 4, value)
    else this.bigint(BigInt(value))
  }

  #negative(value: number): void {
    if (value >= -0x20) this.byte(value & 0xff)
    else this.bigint(BigInt(value))
  }

  #float(value: number): void {
    this.#reserve(9)
    this.#bytes[this.#at] = 0xcb
    this.#bytes.writeDoubleBE(value, this.#at + 1)
    this.#at += 9
  }

  #reserve(bytes: number): void {
    if (this.#bytes.length - this.#at >= bytes) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }
}
