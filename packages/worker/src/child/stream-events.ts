/** Sends what one stream yields, until it ends or nobody listens. */

import { type BatchItem, outcomes } from '@mosec/core'
import type { Blame } from './blame.ts'
import type { ForwardCall } from './forward-call.ts'
import type { Replies } from './replies.ts'
import type { Turn } from './turn.ts'

/** What the streams of a replica share. */
export interface StreamTools {
  readonly replies: Replies
  readonly turn: Turn
  readonly blame: Blame
}

const utf8 = new TextEncoder()

/**
 * One event reply for each string, then the end or the error. The stream is asked for its next event only when there is
 * credit for it, so that a slow reader holds back the generator and nothing piles up. When the task is cancelled or its call has timed out,
 * the stream is told to return, so that its `finally` runs. Never rejects.
 */
export async function sendStream(
  call: ForwardCall,
  item: BatchItem,
  stream: unknown,
  tools: StreamTools,
): Promise<void> {
  const { replies, blame } = tools
  try {
    await sendEvents(call, item, stream, tools)
    if (!call.isOver) replies.end(item.id)
  } catch (error) {
    if (call.isWanted(item.id)) replies.fail(item.id, blame(error, 'forward'))
    else if (!call.isOver) replies.fail(item.id, outcomes.cancelled)
  }
  call.ended(item.id)
  replies.flushSoon()
}

async function sendEvents(
  call: ForwardCall,
  item: BatchItem,
  stream: unknown,
  { replies, turn }: StreamTools,
): Promise<void> {
  const window = call.openWindow(item.id)
  for await (const text of events(stream)) {
    if (!call.isWanted(item.id)) return
    if (typeof text !== 'string') throw new TypeError(`a stream yields strings, got ${typeof text}`)
    const event = utf8.encode(text)
    replies.event(item.id, event)
    window.spend(event)
    if (turn.isOver()) await nextTurn(replies, turn)
    if (window.isShut) await window.opened()
    if (!call.isWanted(item.id)) return
  }
}

/** A stream that computes without waiting would otherwise hold the loop, and its own events, to its end. */
function nextTurn(replies: Replies, turn: Turn): Promise<void> {
  replies.flush()
  return new Promise((resolve) => turn.next(resolve))
}

/** @throws TypeError when the worker gave something else than a stream. */
export function events(stream: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  if (isIterable(stream)) return stream
  throw new TypeError(`forward of a stream worker gives an async iterable of strings, got ${typeof stream}`)
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}
