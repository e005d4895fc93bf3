/** Memory for large payloads, used again: a new one costs a page fault each 4 KiB, and drives the garbage collector. */

import { type Clock, systemClock, type Timer } from '../contract/clock.ts'

/** Below this size memory is not worth keeping, in bytes. */
export const LARGE_BYTES = 64 * 1024
/** Unused memory that is kept, in bytes; what comes back beyond it is dropped. */
const KEPT_BYTES = 256 * 1024 * 1024
/** Unused memory is dropped when none was asked for as long as this, in milliseconds. */
const IDLE_MS = 10_000

/** The kinds of memory. */
type Block = ArrayBuffer | SharedArrayBuffer

/** What a pool is made of. */
export interface BlockPoolOptions<Kind extends Block> {
  readonly make: (lengthBytes: number) => Kind
  readonly clock?: Clock
}

/**
 * Blocks of rounded sizes, so that payloads of about one size share them. Whoever takes a block and never gives it back
 * costs nothing but the block, which is then the garbage collector's.
 */
export class BlockPool<Kind extends Block> {
  readonly #make: (lengthBytes: number) => Kind
  readonly #free = new Map<number, Kind[]>()
  #freeBytes = 0
  #wasUsed = false
  readonly #clock: Clock
  #timer: Timer | undefined

  constructor({ make, clock = systemClock }: BlockPoolOptions<Kind>) {
    this.#make = make
    this.#clock = clock
  }

  /** A block of at least so many bytes; what lies in it is nobody's. */
  take(lengthBytes: number): Kind {
    return this.takeKept(lengthBytes) ?? this.#make(roundedUp(lengthBytes))
  }

  /** The same, if one is there. */
  takeKept(lengthBytes: number): Kind | undefined {
    this.#wasUsed = true
    const block = this.#free.get(roundedUp(lengthBytes))?.pop()
    if (block !== undefined) this.#freeBytes -= block.byteLength
    return block
  }

  /** Takes a block back that nobody looks at any more. */
  give(block: Kind): void {
    if (this.#freeBytes + block.byteLength > KEPT_BYTES) return
    this.#freeBytes += block.byteLength
    const blocks = this.#free.get(block.byteLength)
    if (blocks === undefined) this.#free.set(block.byteLength, [block])
    else blocks.push(block)
    this.#timer ??= this.#look()
  }

  /** Looks later whether somebody still asks for memory. */
  #look(): Timer {
    this.#wasUsed = false
    return this.#clock.after(IDLE_MS, () => this.#dropIfIdle())
  }

  #dropIfIdle(): void {
    if (this.#wasUsed) {
      this.#timer = this.#look()
      return
    }
    this.#free.clear()
    this.#freeBytes = 0
    this.#timer = undefined
  }
}

/** A pool of ordinary memory: not zeroed. */
export const ownBlocks = (): BlockPool<ArrayBuffer> =>
  new BlockPool({ make: (lengthBytes) => Buffer.allocUnsafeSlow(lengthBytes).buffer })

/** Up to the next eighth of a power of two: at most an eighth is in vain, and memory that is not written to costs none. */
function roundedUp(lengthBytes: number): number {
  const step = 2 ** Math.max(Math.floor(Math.log2(lengthBytes)) - 3, 13)
  return Math.ceil(lengthBytes / step) * step
}
