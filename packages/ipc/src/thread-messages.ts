/** What the two ends of a thread's connection say to each other, as parts of parcels; both halves side by side. */

import type { BatchItem, Reply } from '@mosec/core'
import { flagOf, statusOf } from './status.ts'
import type { ParcelReader, ParcelWriter } from './thread-parcel.ts'

/** Parent to thread. */
export interface SentBatch {
  readonly items: readonly BatchItem[]
  readonly budgetMs: number
  /** Shared memory that the thread lent, and that nobody looks at any more. */
  readonly returned: readonly SharedArrayBuffer[]
}

/** `budgetMs | returned | count | id, state, payload | ...` */
export function writeBatch(parcel: ParcelWriter, { items, budgetMs, returned }: SentBatch): void {
  parcel.number(budgetMs)
  parcel.blocks(returned)
  parcel.number(items.length)
  for (const { id, state, bytes } of items) {
    parcel.number(id)
    parcel.number(state)
    parcel.payload(bytes)
  }
}

export function readBatch(parcel: ParcelReader): SentBatch {
  const budgetMs = parcel.number()
  const returned = parcel.blocks()
  const items: BatchItem[] = []
  for (let left = parcel.number(); left > 0; left--) {
    items.push({ id: parcel.number(), state: parcel.number(), bytes: parcel.payload() })
  }
  return { items, budgetMs, returned }
}

/** Thread to parent: `id, flag, payload | ...` */
export function writeReplies(parcel: ParcelWriter, replies: readonly Reply[]): void {
  for (const reply of replies) {
    parcel.number(reply.id)
    parcel.number(flagOf(reply))
    parcel.payload(reply.bytes)
  }
}

/** All that the parcel holds. @param giveBack takes memory that the thread lent. */
export function readReplies(parcel: ParcelReader, giveBack: (block: SharedArrayBuffer) => void): Reply[] {
  const replies: Reply[] = []
  while (!parcel.isAtEnd) {
    const id = parcel.number()
    const status = statusOf(parcel.number())
    const bytes = parcel.payload()
    const { buffer } = bytes
    if (buffer instanceof SharedArrayBuffer) {
      replies.push({ ...status, id, bytes, release: () => giveBack(buffer) })
    } else {
      replies.push(
        status.code === 'ok' && status.isEvent === undefined
          ? { id, code: 'ok', bytes }
          : { ...status, id, bytes },
      )
    }
  }
  return replies
}
