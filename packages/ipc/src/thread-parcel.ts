/** What travels between threads in one message: numbers and small payloads in one buffer, large ones beside it, moved or shared. */

import { LARGE_BYTES } from '@mosec/core'

type AnyBuffer = ArrayBuffer | SharedArrayBuffer

/**
 * One message: a packed buffer, and behind it the buffers that it speaks of, in order.
 *
 *     packed:  | how many numbers: f64 | number: f64 | number ... | small payload | small payload ...
 *
 * There and back as objects 16 small items take 36 us, and one takes 10; so they take 12 and 5.
 */
export type Parcel = readonly [packed: ArrayBuffer, ...beside: AnyBuffer[]]

/** How large payloads leave their sender. */
export interface Leaving {
  /** `copied` keeps the sender's bytes as they are; `moved` takes a buffer away from it that holds nothing else. */
  readonly how: 'copied' | 'moved'
  /** Bytes at the start of shared memory that nobody changes until it is given back: both sides look at them. */
  readonly isShared: (payload: Uint8Array) => boolean
}

/** Collects a parcel; what is written first is read first. */
export class ParcelWriter {
  readonly #leaving: Leaving
  readonly #numbers: number[] = [0]
  readonly #small: Uint8Array[] = []
  #smallBytes = 0
  readonly #beside: AnyBuffer[] = []

  constructor(leaving: Leaving) {
    this.#leaving = leaving
  }

  number(value: number): void {
    this.#numbers.push(value)
  }

  /** A small one is copied when the parcel is packed, a large one's buffer is chosen or made now. */
  payload(bytes: Uint8Array): void {
    const { byteLength } = bytes
    if (byteLength >= LARGE_BYTES) {
      this.#beside.push(this.#bufferOf(bytes))
    } else if (byteLength > 0) {
      this.#small.push(bytes)
      this.#smallBytes += byteLength
    }
    this.#numbers.push(byteLength)
  }

  /** Shared memory as such. */
  blocks(blocks: readonly SharedArrayBuffer[]): void {
    this.#numbers.push(blocks.length)
    for (const block of blocks) this.#beside.push(block)
  }

  /** All that was written; nothing is written afterwards. */
  pack(): Parcel {
    const numbers = this.#numbers
    numbers[0] = numbers.length
    const packed = new ArrayBuffer(numbers.length * Float64Array.BYTES_PER_ELEMENT + this.#smallBytes)
    new Float64Array(packed, 0, numbers.length).set(numbers)
    const small = new Uint8Array(packed, numbers.length * Float64Array.BYTES_PER_ELEMENT)
    let at = 0
    for (const payload of this.#small) {
      small.set(payload, at)
      at += payload.byteLength
    }
    return [packed, ...this.#beside]
  }

  #bufferOf(payload: Uint8Array): AnyBuffer {
    const { buffer } = payload
    if (buffer instanceof SharedArrayBuffer) {
      return this.#leaving.isShared(payload) ? buffer : copyOf(payload)
    }
    const isWhole = buffer.byteLength === payload.byteLength
    // What two answers share is moved once.
    const isMoved = this.#leaving.how === 'moved' && isWhole && !this.#beside.includes(buffer)
    return isMoved ? buffer : copyOf(payload)
  }
}

/** Reads what a {@link ParcelWriter} has written, in the same order. */
export class ParcelReader {
  readonly #parcel: Parcel
  readonly #numbers: Float64Array
  readonly #count: number
  #next = 1
  #small: number
  #beside = 1

  constructor(parcel: Parcel) {
    const [packed] = parcel
    this.#parcel = parcel
    this.#numbers = new Float64Array(
      packed,
      0,
      Math.floor(packed.byteLength / Float64Array.BYTES_PER_ELEMENT),
    )
    this.#count = this.#numbers[0] ?? 0
    this.#small = this.#count * Float64Array.BYTES_PER_ELEMENT
  }

  /** All was read. */
  get isAtEnd(): boolean {
    return this.#next >= this.#count
  }

  number(): number {
    return this.#numbers[this.#next++] ?? 0
  }

  /** A view of the parcel. */
  payload(): Uint8Array {
    const length = this.number()
    if (length >= LARGE_BYTES) return new Uint8Array(this.#nextBeside(), 0, length)
    this.#small += length
    return new Uint8Array(this.#parcel[0], this.#small - length, length)
  }

  blocks(): SharedArrayBuffer[] {
    const blocks: SharedArrayBuffer[] = []
    for (let left = this.number(); left > 0; left--) {
      const block = this.#nextBeside()
      if (block instanceof SharedArrayBuffer) blocks.push(block)
    }
    return blocks
  }

  #nextBeside(): AnyBuffer {
    return this.#parcel[this.#beside++] ?? new ArrayBuffer(0)
  }
}

/** What `postMessage` is to move instead of cloning. */
export const buffersOf = (parcel: Parcel): ArrayBuffer[] =>
  parcel.filter((buffer) => buffer instanceof ArrayBuffer)

function copyOf(payload: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(payload.byteLength)
  copy.set(payload)
  return copy.buffer
}
