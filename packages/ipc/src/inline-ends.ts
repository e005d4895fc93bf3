/** The two ends of a connection within one process: what one hands over the other is told, once the turn is over. */

import type { BatchItem, Channel, ChannelEvents, Link, LinkEvents, Reply } from '@mosec/core'
import { asOnTheWire } from './status.ts'

/** A connected pair. */
export interface InlineEnds {
  readonly link: Link
  readonly channel: Channel
}

interface SentBatch {
  readonly items: readonly BatchItem[]
  readonly budgetMs: number
}

/** Makes a pair. @param ended told once, when it is over. */
export function inlineEnds(ended: () => void): InlineEnds {
  const replies = new Inbox<readonly Reply[]>()
  const batches = new Inbox<SentBatch>()
  const end = (mine: Closable, other: Closable): void => {
    if (mine.isClosed) return
    mine.close('closed by this side')
    other.close('the other side ended the connection')
    ended()
  }
  return {
    link: {
      open: (events: LinkEvents) => replies.open((list) => events.replied(list), events),
      send: (batch, budgetMs) => {
        if (batch.length > 0) batches.put({ items: batch.map(headOf), budgetMs })
      },
      close: () => end(replies, batches),
    },
    channel: {
      open: (events: ChannelEvents) =>
        batches.open(({ items, budgetMs }) => events.batch(items, budgetMs), events),
      reply: (list) => {
        if (list.length > 0) replies.put(list.some(isFailure) ? list.map(asSent) : list)
      },
      close: () => end(batches, replies),
    },
  }
}

/** The scheduler's own item is its record of the task, which changes when that is answered or moves on. */
const headOf = ({ id, state, bytes }: BatchItem): BatchItem => ({ id, state, bytes })

const isFailure = ({ code }: Reply): boolean => code !== 'ok'

function asSent(reply: Reply): Reply {
  const { id, bytes } = reply
  return { ...asOnTheWire(reply), id, bytes }
}

type Closable = Pick<Inbox<unknown>, 'close' | 'isClosed'>

/**
 * What one end is told, in order. Delivered in a microtask, since a sender does not expect to be answered while it sends;
 * all that comes in one go is one delivery.
 */
class Inbox<Message> {
  #waiting: Message[] = []
  #take: ((message: Message) => void) | undefined
  #closed: ((reason: string) => void) | undefined
  #closedReason: string | undefined
  #isDue = false

  get isClosed(): boolean {
    return this.#closedReason !== undefined
  }

  open(take: (message: Message) => void, { closed }: { closed(reason: string): void }): void {
    this.#take = take
    this.#closed = closed
    this.#deliverSoon()
  }

  /** Lost when it is over. */
  put(message: Message): void {
    if (this.#closedReason !== undefined) return
    this.#waiting.push(message)
    this.#deliverSoon()
  }

  /** Said after what was put before. */
  close(reason: string): void {
    this.#closedReason = reason
    this.#deliverSoon()
  }

  #deliverSoon(): void {
    if (this.#isDue || this.#take === undefined) return
    this.#isDue = true
    queueMicrotask(this.#deliver)
  }

  readonly #deliver = (): void => {
    this.#isDue = false
    const waiting = this.#waiting
    if (waiting.length > 0) this.#waiting = []
    for (const message of waiting) this.#take?.(message)
    if (this.#closedReason === undefined || this.#closed === undefined) return
    this.#closed(this.#closedReason)
    this.#closed = undefined
  }
}
