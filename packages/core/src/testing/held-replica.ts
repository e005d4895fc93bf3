/** A replica that computes nothing until the test says so, to assert order without sleeping. */

import { type Outcome, outcomes } from '../contract/outcome.ts'
import type { BatchItem, Connection, LinkEvents } from '../contract/transport.ts'

/** One batch that the replica holds. */
export interface HeldBatch {
  readonly items: readonly BatchItem[]
  readonly budgetMs: number
}

const utf8 = new TextEncoder()

/** The scheduler's end of a replica whose other end is the test. */
export class HeldReplica implements Connection {
  readonly replica: number
  /** Batches that were handed over, oldest first, and not answered as a whole. */
  readonly batches: HeldBatch[] = []
  /** Ids that were cancelled. */
  readonly cancelled: number[] = []
  /** Credit that was granted to streams, by id. */
  readonly granted = new Map<number, number>()
  isClosed = false
  #events: LinkEvents | undefined = undefined

  constructor(replica = 1) {
    this.replica = replica
  }

  open(events: LinkEvents): void {
    this.#events = events
  }

  send(items: readonly BatchItem[], budgetMs: number): void {
    const copies = items.map(({ id, state, bytes }) => ({ id, state, bytes }))
    this.batches.push({ items: copies, budgetMs })
  }

  cancel(id: number): void {
    this.cancelled.push(id)
  }

  grant(id: number, credit: number): void {
    this.granted.set(id, (this.granted.get(id) ?? 0) + credit)
  }

  close(): void {
    this.isClosed = true
    this.die()
  }

  /** Sizes of the batches it holds. */
  get sizes(): number[] {
    return this.batches.map((batch) => batch.items.length)
  }

  /** Answers the oldest batch, each item with its own bytes or what `answer` makes of it. */
  finish(answer: (item: BatchItem) => Outcome = ({ bytes }) => ({ code: 'ok', bytes })): void {
    const batch = this.batches.shift()
    if (batch === undefined) throw new Error('the replica holds no batch')
    this.#reply(batch.items.map((item) => ({ id: item.id, ...answer(item) })))
  }

  /** Answers some ids, in this order; the batches stay listed. */
  answer(ids: readonly number[], outcome: Outcome = { code: 'ok', bytes: utf8.encode('done') }): void {
    this.#reply(ids.map((id) => ({ id, ...outcome })))
  }

  /** Answers the oldest batch with the fixed internal error. */
  fail(): void {
    this.finish(() => outcomes.inferenceError)
  }

  /** Sends an event of a task's stream. */
  emit(id: number, text: string): void {
    this.#events?.replied([{ id, code: 'ok', bytes: utf8.encode(text), isEvent: true }])
  }

  /** Dies with what it holds. */
  die(): void {
    this.#events?.closed('killed by the test')
    this.#events = undefined
    this.batches.length = 0
  }

  #reply(replies: readonly ({ id: number } & Outcome)[]): void {
    this.#events?.replied(replies)
  }
}
