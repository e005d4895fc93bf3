/** A replica for benchmarks of the scheduler alone: it costs next to nothing. */

import { systemClock } from '../contract/clock.ts'
import type { BatchItem, Connection, LinkEvents } from '../contract/transport.ts'

/** Answers each batch with its own bytes, one turn of the event loop later. */
export class EchoConnection implements Connection {
  readonly replica = 1
  #events: LinkEvents | undefined

  open(events: LinkEvents): void {
    this.#events = events
  }

  send(items: readonly BatchItem[]): void {
    const replies = items.map(({ id, bytes }) => ({ id, code: 'ok' as const, bytes }))
    systemClock.soon(() => this.#events?.replied(replies))
  }

  cancel(): void {}

  close(): void {}
}
