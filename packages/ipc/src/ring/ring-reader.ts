/** The end of a ring that bytes are taken from. */

import { readSync } from 'node:fs'
import { FrameError } from '../frame-error.ts'
import { RING_BYTES } from './ring-layout.ts'
import { type CountPlace, TakenCount } from './taken-count.ts'

/** Takes payloads in the order in which they were put, and tells the writer that their place is free. */
export class RingReader {
  readonly #fd: number
  readonly #taken: TakenCount

  /**
   * Opens the ring: from now on the writer may use it.
   * @param fd of the ring's file.
   */
  constructor(fd: number, count: CountPlace) {
    this.#fd = fd
    this.#taken = new TakenCount(count)
  }

  /**
   * Copies the next payload out of the ring.
   * @param target of the payload's length.
   * @throws FrameError when so many bytes cannot lie there.
   */
  take(target: Uint8Array): void {
    const at = this.#taken.bytes % RING_BYTES
    const untilEnd = RING_BYTES - at
    if (target.length <= untilEnd) {
      this.#read(target, at)
    } else {
      this.#read(target.subarray(0, untilEnd), at)
      this.#read(target.subarray(untilEnd), 0)
    }
    this.#taken.add(target.length)
  }

  #read(target: Uint8Array, at: number): void {
    const bytes = readSync(this.#fd, target, 0, target.length, at)
    if (bytes < target.length)
      throw new FrameError(`a payload of ${target.length} bytes in the ring`, `${bytes} bytes`)
  }
}
