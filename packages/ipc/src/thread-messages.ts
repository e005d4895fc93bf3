/** What the two ends of a thread's connection say to each other; both sides import it. */

import type { BatchItem, OutcomeCode, Reply } from '@mosec/core'
import { asOnTheWire } from './status.ts'
import { buffersOf, type PackedPayloads, packPayloads, unpackPayloads } from './thread-payloads.ts'

/** Parent to thread. */
export interface BatchMessage {
  readonly ids: readonly number[]
  readonly states: readonly number[]
  readonly budgetMs: number
  readonly payloads: PackedPayloads
  /** Shared memory that the thread lent, and that nobody looks at any more. */
  readonly returned: readonly SharedArrayBuffer[]
}

/** Thread to parent. */
export interface RepliesMessage {
  readonly heads: readonly ReplyHead[]
  readonly payloads: PackedPayloads
}

/** A reply without its bytes. */
interface ReplyHead {
  readonly id: number
  readonly code: OutcomeCode
  readonly httpStatus?: number
  readonly isEvent?: boolean
}

/** A message and what is moved with it. */
export interface Posting<Message> {
  readonly message: Message
  readonly moved: ArrayBuffer[]
}

/**
 * The parent keeps its bytes, since a task may have to be sent again. What another thread lent is looked at by both.
 * @param returned as in {@link BatchMessage}.
 */
export function batchPosting(
  batch: readonly BatchItem[],
  budgetMs: number,
  returned: readonly SharedArrayBuffer[],
): Posting<BatchMessage> {
  const payloads = packPayloads(
    batch.map(({ bytes }) => bytes),
    { how: 'copied', isShared: ({ byteOffset }) => byteOffset === 0 },
  )
  const message = {
    ids: batch.map(({ id }) => id),
    states: batch.map(({ state }) => state),
    budgetMs,
    payloads,
    returned,
  }
  return { message, moved: buffersOf(payloads) }
}

export function batchOf({ ids, states, payloads }: BatchMessage): BatchItem[] {
  const bytes = unpackPayloads(payloads)
  return ids.map((id, index) => ({ id, state: states[index] ?? 0, bytes: bytes[index] ?? new Uint8Array() }))
}

/**
 * The thread gives its bytes away: nobody looks at a result again.
 * @param isLent of those that are given back one day.
 */
export function repliesPosting(
  replies: readonly Reply[],
  isLent: (bytes: Uint8Array) => boolean,
): Posting<RepliesMessage> {
  const payloads = packPayloads(
    replies.map(({ bytes }) => bytes),
    { how: 'moved', isShared: isLent },
  )
  return { message: { heads: replies.map(headOf), payloads }, moved: buffersOf(payloads) }
}

/** @param giveBack takes memory that the thread lent. */
export function repliesOf(
  { heads, payloads }: RepliesMessage,
  giveBack: (block: SharedArrayBuffer) => void,
): Reply[] {
  const all = unpackPayloads(payloads)
  return heads.map((head, index) => {
    const bytes = all[index] ?? new Uint8Array()
    const { buffer } = bytes
    return buffer instanceof ArrayBuffer
      ? { ...head, bytes }
      : { ...head, bytes, release: () => giveBack(buffer) }
  })
}

function headOf(reply: Reply): ReplyHead {
  const { id } = reply
  const { code, httpStatus, isEvent } = asOnTheWire(reply)
  if (httpStatus === undefined && isEvent === undefined) return { id, code }
  return {
    id,
    code,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(isEvent === undefined ? {} : { isEvent }),
  }
}
