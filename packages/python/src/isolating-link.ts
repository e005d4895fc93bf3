/** Finds the guilty of a batch that the other side can only fail as a whole: sends it again in halves. */

import type { BatchItem, ErrorCode, Link, LinkEvents, Reply } from '@mosec/core'

/** A batch that took too long would take as long again. */
const NOT_REPEATED: ReadonlySet<string> = new Set<ErrorCode>(['timeout', 'stage_timeout'])

/**
 * A link to a peer that answers a batch in one frame with one status, as Mosec's workers do. An error for several tasks
 * blames none of them: they are sent again, in halves, until the guilty are alone and the innocent answered.
 * A task whose stream has begun is not: its events are with the client.
 * @param isolated takes how many more tasks failed alone, after their whole batch had failed.
 */
export function isolatingLink(link: Link, isolated: (tasks: number) => void): Link {
  return new IsolatingLink(link, isolated)
}

class IsolatingLink implements Link {
  /** What is answered is not sent again. */
  readonly copiesBytes: boolean
  readonly #link: Link
  /** What the peer has not answered. */
  readonly #held = new Map<number, BatchItem>()
  readonly #streaming = new Set<number>()
  /** Sent again. */
  readonly #suspects = new Set<number>()
  readonly #isolated: (tasks: number) => void

  constructor(link: Link, isolated: (tasks: number) => void) {
    this.#link = link
    this.#isolated = isolated
    this.copiesBytes = link.copiesBytes === true
  }

  open(events: LinkEvents): void {
    this.#link.open({
      replied: (replies) => this.#replied(replies, events),
      closed: (reason) => {
        this.#held.clear()
        this.#suspects.clear()
        events.closed(reason)
      },
    })
  }

  send(batch: readonly BatchItem[], budgetMs: number): void {
    for (const item of batch) this.#held.set(item.id, { id: item.id, state: item.state, bytes: item.bytes })
    this.#link.send(batch, budgetMs)
  }

  close(): void {
    this.#link.close()
  }

  /** Replies of one call came in one frame. */
  #replied(replies: readonly Reply[], events: LinkEvents): void {
    if (replies.length > 1 && replies.every(isRepeatable)) {
      this.#halve(replies, events)
      return
    }
    const [only] = replies
    if (only !== undefined && this.#suspects.has(only.id) && isRepeatable(only)) this.#isolated(1)
    for (const { id, isEvent = false } of replies) {
      if (isEvent) this.#streaming.add(id)
      else this.#forget(id)
    }
    events.replied(replies)
  }

  #halve(replies: readonly Reply[], events: LinkEvents): void {
    const begun = replies.filter(({ id }) => this.#streaming.has(id) || !this.#held.has(id))
    for (const { id } of begun) this.#forget(id)
    if (begun.length > 0) events.replied(begun)
    const again = replies.flatMap(({ id }) => this.#held.get(id) ?? [])
    for (const { id } of again) this.#suspects.add(id)
    const middle = again.length >> 1
    for (const half of [again.slice(0, middle), again.slice(middle)]) {
      if (half.length > 0) this.#link.send(half, 0)
    }
  }

  #forget(id: number): void {
    this.#held.delete(id)
    this.#streaming.delete(id)
    this.#suspects.delete(id)
  }
}

const isRepeatable = ({ code, isEvent = false }: Reply): boolean =>
  code !== 'ok' && !isEvent && !NOT_REPEATED.has(code)
