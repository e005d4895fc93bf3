/** Memory for one incoming payload. */

import { type BlockPool, LARGE_BYTES } from '@mosec/core'

/** Of exactly the payload's length; what lies in it is nobody's until it is written. */
export interface PayloadMemory {
  /** Begins its own memory block, so typed arrays can be laid over it. */
  readonly bytes: Uint8Array
  /** Gives the memory of a large payload back; undefined when it is of no pool. */
  readonly release?: () => void
}

/** Out of the pool when the payload is large, else new. */
export function payloadMemory(lengthBytes: number, pool?: BlockPool<ArrayBuffer>): PayloadMemory {
  return pool === undefined || lengthBytes < LARGE_BYTES
    ? { bytes: Buffer.allocUnsafeSlow(lengthBytes) }
    : ofPool(pool, pool.take(lengthBytes), lengthBytes)
}

/** The same, if the pool has it already: memory that is there anyway may be had on anybody's word. */
export function keptMemory(lengthBytes: number, pool?: BlockPool<ArrayBuffer>): PayloadMemory | undefined {
  const block = lengthBytes < LARGE_BYTES ? undefined : pool?.takeKept(lengthBytes)
  return pool === undefined || block === undefined ? undefined : ofPool(pool, block, lengthBytes)
}

function ofPool(pool: BlockPool<ArrayBuffer>, block: ArrayBuffer, lengthBytes: number): PayloadMemory {
  return { bytes: Buffer.from(block, 0, lengthBytes), release: () => pool.give(block) }
}
