/** Gathers one payload that comes in pieces into one buffer of exactly its length. */

import type { BlockPool } from '@mosec/core'
import { keptMemory, type PayloadMemory, payloadMemory } from './payload-memory.ts'

/** Up to here a payload's buffer is made when its length is read: a lie costs no more than this. */
const TRUSTED_BYTES = 1024 * 1024
/** Beyond it, the buffer is made once this part of the payload is really there. */
const TRUSTED_SHARE = 1 / 8

/**
 * A payload on its way. Each piece is copied once, while it is still in the processor's cache; only the first
 * eighth of a payload above 1 MiB waits as it came, so a peer that lies about a length makes us hold at most
 * eight times what it really sent.
 */
export class PayloadAssembly {
  readonly #lengthBytes: number
  readonly #pool: BlockPool<ArrayBuffer> | undefined
  #memory: PayloadMemory | undefined
  #waiting: Uint8Array[] = []
  #receivedBytes = 0

  /**
   * @param lengthBytes as the item's header says; already checked against the limit.
   * @param pool where the memory of a large one comes from, if it is to be used again.
   */
  constructor(lengthBytes: number, pool?: BlockPool<ArrayBuffer>) {
    this.#lengthBytes = lengthBytes
    this.#pool = pool
  }

  /** Gives the payload's memory back to the pool; undefined when it is of none. */
  get release(): (() => void) | undefined {
    return this.#memory?.release
  }

  /** Takes what it still lacks from the start of `chunk`, and says how many bytes that were. */
  take(chunk: Uint8Array): number {
    const missing = this.#lengthBytes - this.#receivedBytes
    const piece = chunk.length > missing ? chunk.subarray(0, missing) : chunk
    this.#memory ??= this.#makeMemory(piece.length)
    if (this.#memory === undefined) this.#waiting.push(piece)
    else this.#memory.bytes.set(piece, this.#receivedBytes)
    this.#receivedBytes += piece.length
    return piece.length
  }

  /** Pieces wait as they came. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Where the missing bytes belong, once the buffer is made. */
  get room(): Uint8Array | undefined {
    return this.#memory?.bytes.subarray(this.#receivedBytes)
  }

  /** So many bytes were put at the start of `room`. */
  filled(bytes: number): void {
    this.#receivedBytes += bytes
  }

  /** The payload, once it is whole. */
  get bytes(): Uint8Array | undefined {
    return this.#receivedBytes === this.#lengthBytes ? this.#memory?.bytes : undefined
  }

  #makeMemory(comingBytes: number): PayloadMemory | undefined {
    const isTrusted =
      this.#lengthBytes <= TRUSTED_BYTES ||
      this.#receivedBytes + comingBytes >= this.#lengthBytes * TRUSTED_SHARE
    // Not zeroed; it is only handed out when every byte of it was written.
    const make = isTrusted ? payloadMemory : keptMemory
    const memory = make(this.#lengthBytes, this.#pool)
    if (memory === undefined) return undefined
    let at = 0
    for (const piece of this.#waiting) {
      memory.bytes.set(piece, at)
      at += piece.length
    }
    this.#waiting = []
    return memory
  }
}
