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

/** The parent keeps its bytes, since a task may have to be sent again. */
export function batchPosting(batch: readonly BatchItem[], budgetMs: number): Posting<BatchMessage> {
  const payloads = packPayloads(
    batch.map(({ bytes }) => bytes),
    'copied',
  )
  const message = {
    ids: batch.map(({ id }) => id),
    states: batch.map(({ state }) => state),
    budgetMs,
    payloads,
  }
  return { message, moved: buffersOf(payloads) }
}

export function batchOf({ ids, states, payloads }: BatchMessage): BatchItem[] {
  const bytes = unpackPayloads(payloads)
  return ids.map((id, index) => ({ id, state: states[index] ?? 0, bytes: bytes[index] ?? new Uint8Array() }))
}

/** The thread gives its bytes away: nobody looks at a result again. */
export function repliesPosting(replies: readonly Reply[]): Posting<RepliesMessage> {
  const payloads = packPayloads(
    replies.map(({ bytes }) => bytes),
    'moved',
  )
  return { message: { heads: replies.map(headOf), payloads }, moved: buffersOf(payloads) }
}

export function repliesOf({ heads, payloads }: RepliesMessage): Reply[] {
  const bytes = unpackPayloads(payloads)
  return heads.map((head, index) => ({ ...head, bytes: bytes[index] ?? new Uint8Array() }))
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
