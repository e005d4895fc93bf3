/** The end of a ring that bytes are put into. */

import { writeSync } from 'node:fs'
import { RING_BYTES } from './ring-layout.ts'
import { type CountPlace, readTaken } from './taken-count.ts'

/**
 * Writes payloads one behind the other, over those that the reader has taken. Where a payload lies is not said: the
 * reader takes them in the order in which they were put.
 */
export class RingWriter {
  readonly #fd: number
  readonly #count: CountPlace
  /** Bytes put since the beginning. */
  #put = 0
  /** Bytes that the reader had taken when it was last looked. */
  #taken = 0

  /** @param fd of the ring's file. */
  constructor(fd: number, count: CountPlace) {
    this.#fd = fd
    this.#count = count
  }

  /** The other end has opened this ring, and will look for payloads in it. */
  get hasReader(): boolean {
    return readTaken(this.#count) !== undefined
  }

  /**
   * Copies a payload into the ring.
   * @returns false when there is no room now (neither in the ring nor in the system's memory): it has to go another way.
   */
  put(bytes: Uint8Array): boolean {
    if (!this.#hasRoom(bytes.length)) this.#look()
    if (!this.#hasRoom(bytes.length)) return false
    const at = this.#put % RING_BYTES
    const untilEnd = RING_BYTES - at
    const isWritten =
      bytes.length <= untilEnd
        ? this.#write(bytes, at)
        : this.#write(bytes.subarray(0, untilEnd), at) && this.#write(bytes.subarray(untilEnd), 0)
    if (isWritten) this.#put += bytes.length
    return isWritten
  }

  #hasRoom(lengthBytes: number): boolean {
    return this.#put - this.#taken + lengthBytes <= RING_BYTES
  }

  /** A full file system refuses, or writes a part. */
  #write(bytes: Uint8Array, at: number): boolean {
    try {
      return writeSync(this.#fd, bytes, 0, bytes.length, at) === bytes.length
    } catch {
      return false
    }
  }

  /** What cannot be is passed over: then there is less room than there might be. */
  #look(): void {
    const taken = readTaken(this.#count) ?? 0
    if (taken > this.#taken && taken <= this.#put) this.#taken = taken
  }
}
