/** Replies on their way out: those of one turn leave together, and a cancelled task's result does not travel. */

import {
  type BatchItem,
  type Channel,
  type Clock,
  type Lend,
  type Outcome,
  outcomes,
  type Reply,
} from '@mosec/core'

const NO_BYTES = new Uint8Array(0)

/**
 * Collects replies for one channel. A cancelled task is answered too, as `cancelled`: its scheduler must learn when the
 * replica is free again.
 */
export class Replies {
  /** Memory for the bytes of one reply, where the channel has some. */
  readonly lend: Lend | undefined
  readonly #channel: Pick<Channel, 'reply'>
  readonly #clock: Clock
  readonly #cancelled = new Set<number>()
  #waiting: Reply[] = []
  #flushIsDue = false

  constructor(channel: Pick<Channel, 'reply' | 'lend'>, clock: Clock) {
    this.lend = channel.lend?.bind(channel)
    this.#channel = channel
    this.#clock = clock
  }

  /** The task's result. */
  ok(id: number, bytes: Uint8Array): void {
    if (this.isCancelled(id)) this.fail(id, outcomes.cancelled)
    else this.#waiting.push({ id, code: 'ok', bytes })
  }

  /** The task's failure. */
  fail(id: number, outcome: Outcome): void {
    this.#waiting.push({ id, ...(this.isCancelled(id) ? outcomes.cancelled : outcome) })
  }

  /** One event of the task's stream; leaves in this turn. */
  event(id: number, bytes: Uint8Array): void {
    if (this.isCancelled(id)) return
    this.#waiting.push({ id, code: 'ok', bytes, isEvent: true })
    this.flushSoon()
  }

  /** The task's stream has ended well. */
  end(id: number): void {
    this.ok(id, NO_BYTES)
  }

  /** Nobody waits for this task any more; remembered until `forget`. */
  cancel(id: number): void {
    this.#cancelled.add(id)
  }

  isCancelled(id: number): boolean {
    return this.#cancelled.size > 0 && this.#cancelled.has(id)
  }

  /** The tasks that somebody still waits for; answers the others. */
  takeWanted(items: readonly BatchItem[]): readonly BatchItem[] {
    if (this.#cancelled.size === 0) return items
    return items.filter(({ id }) => {
      const isWanted = !this.#cancelled.has(id)
      if (!isWanted) this.fail(id, outcomes.cancelled)
      return isWanted
    })
  }

  /** These tasks have ended; their ids may come again. */
  forget(items: readonly BatchItem[]): void {
    if (this.#cancelled.size === 0) return
    for (const { id } of items) this.#cancelled.delete(id)
  }

  /** Sends what waits, in one call. */
  flush(): void {
    if (this.#waiting.length === 0) return
    const replies = this.#waiting
    this.#waiting = []
    this.#channel.reply(replies)
  }

  /** Sends what waits at the end of this turn, together with what joins it until then. */
  flushSoon(): void {
    if (this.#flushIsDue || this.#waiting.length === 0) return
    this.#flushIsDue = true
    this.#clock.soon(() => {
      this.#flushIsDue = false
      this.flush()
    })
  }
}
