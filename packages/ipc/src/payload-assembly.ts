/** Gathers one payload that comes in pieces into one buffer of exactly its length. */

import { type BlockPool, LARGE_BYTES } from '@mosec/core'

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
  #target: Uint8Array | undefined
  #waiting: Uint8Array[] = []
  #receivedBytes = 0

  /**
   * @param lengthBytes as the item's header says; already checked against the limit.
   * @param pool where the memory of a large one comes from, if it is to be used again.
   */
  constructor(lengthBytes: number, pool?: BlockPool<ArrayBuffer>) {
    this.#lengthBytes = lengthBytes
    this.#pool = lengthBytes < LARGE_BYTES ? undefined : pool
  }

  /** Gives the payload's memory back to the pool; undefined when it is of none. */
  get release(): (() => void) | undefined {
    const [pool, block] = [this.#pool, this.#target?.buffer]
    return pool === undefined || !(block instanceof ArrayBuffer) ? undefined : () => pool.give(block)
  }

  /** Takes what it still lacks from the start of `chunk`, and says how many bytes that were. */
  take(chunk: Uint8Array): number {
    const missing = this.#lengthBytes - this.#receivedBytes
    const piece = chunk.length > missing ? chunk.subarray(0, missing) : chunk
    this.#target ??= this.#makeTarget(piece.length)
    if (this.#target === undefined) this.#waiting.push(piece)
    else this.#target.set(piece, this.#receivedBytes)
    this.#receivedBytes += piece.length
    return piece.length
  }

  /** Pieces wait as they came. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Where the missing bytes belong, once the buffer is made. */
  get room(): Uint8Array | undefined {
    return this.#target?.subarray(this.#receivedBytes)
  }

  /** So many bytes were put at the start of `room`. */
  filled(bytes: number): void {
    this.#receivedBytes += bytes
  }

  /** The payload, once it is whole; it starts its own memory block, so typed arrays can be laid over it. */
  get bytes(): Uint8Array | undefined {
    return this.#receivedBytes === this.#lengthBytes ? this.#target : undefined
  }

  #makeTarget(comingBytes: number): Uint8Array | undefined {
    const isTrusted =
      this.#lengthBytes <= TRUSTED_BYTES ||
      this.#receivedBytes + comingBytes >= this.#lengthBytes * TRUSTED_SHARE
    // Not zeroed; it is only handed out when every byte of it was written.
    const target = isTrusted ? this.#newTarget() : this.#keptTarget()
    if (target === undefined) return undefined
    let at = 0
    for (const piece of this.#waiting) {
      target.set(piece, at)
      at += piece.length
    }
    this.#waiting = []
    return target
  }

  #newTarget(): Uint8Array {
    if (this.#pool === undefined) return Buffer.allocUnsafeSlow(this.#lengthBytes)
    return Buffer.from(this.#pool.take(this.#lengthBytes), 0, this.#lengthBytes)
  }

  /** Memory that is there anyway may be had on anybody's word. */
  #keptTarget(): Uint8Array | undefined {
    const block = this.#pool?.takeKept(this.#lengthBytes)
    return block && Buffer.from(block, 0, this.#lengthBytes)
  }
}
