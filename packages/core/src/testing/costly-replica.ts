/** A replica on the fake clock whose batches cost what they are said to cost. */

import type { BatchItem, Connection, LinkEvents } from '../contract/transport.ts'
import type { FakeClock } from './fake-clock.ts'

/** What it did. */
export interface WorkRecord {
  /** Ids that were computed. */
  readonly computed: number[]
  /** Time spent on them, in milliseconds. */
  busyMs: number
}

/** Computes one batch after the other, and answers each with its own bytes. */
export class CostlyReplica implements Connection, WorkRecord {
  readonly replica = 1
  readonly computed: number[] = []
  busyMs = 0
  readonly #clock: FakeClock
  readonly #costMs: (size: number) => number
  readonly #waiting: BatchItem[][] = []
  #events: LinkEvents | undefined
  #isBusy = false

  constructor(clock: FakeClock, costMs: (size: number) => number) {
    this.#clock = clock
    this.#costMs = costMs
  }

  open(events: LinkEvents): void {
    this.#events = events
  }

  send(items: readonly BatchItem[]): void {
    this.#waiting.push(items.map(({ id, state, bytes }) => ({ id, state, bytes })))
    this.#begin()
  }

  /** What has not begun is not computed; it is answered all the same, as every id is. */
  cancel(id: number): void {
    for (const batch of this.#waiting) {
      const index = batch.findIndex((item) => item.id === id)
      if (index === -1) continue
      batch.splice(index, 1)
      this.#events?.replied([{ id, code: 'cancelled', bytes: new Uint8Array() }])
    }
  }

  close(): void {}

  #begin(): void {
    if (this.#isBusy) return
    const items = this.#waiting.shift()
    if (items === undefined) return
    if (items.length === 0) {
      this.#begin()
      return
    }
    const costMs = this.#costMs(items.length)
    this.#isBusy = true
    this.busyMs += costMs
    for (const { id } of items) this.computed.push(id)
    this.#clock.after(costMs, () => {
      this.#isBusy = false
      this.#events?.replied(items.map(({ id, bytes }) => ({ id, code: 'ok', bytes })))
      this.#begin()
    })
  }
}
