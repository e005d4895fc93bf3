/** Ends replicas that hang: past the time of their batch, and past a grace in which they could have said so. */

import { Alarm } from '../contract/alarm.ts'
import type { Clock } from '../contract/clock.ts'
import type { ReplicaSlot } from './replica-slot.ts'

/** What a `forward` gets to heed its signal, in milliseconds. */
const GRACE_MS = 1000

/**
 * A replica should answer its oldest batch by the batch's deadline, and some of it within the stage's timeout, which is
 * that of one call. When it has not a grace later its connection is closed, which ends its process; its tasks go to
 * another.
 */
export class HangWatch {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #slots = new Set<ReplicaSlot>()
  readonly #alarm: Alarm

  /** @param timeoutMs longest work of one call, in milliseconds; may be `Infinity`. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#alarm = new Alarm(clock, () => this.#look())
  }

  /** It was given a batch. */
  watch(slot: ReplicaSlot): void {
    this.#slots.add(slot)
    this.#alarm.ringAt(this.#hangsAtMs(slot))
  }

  /** It is gone. */
  forget(slot: ReplicaSlot): void {
    this.#slots.delete(slot)
    if (this.#slots.size === 0) this.#alarm.stop()
  }

  #hangsAtMs(slot: ReplicaSlot): number {
    const [oldest] = slot.batches
    if (oldest === undefined) return Number.POSITIVE_INFINITY
    return Math.min(oldest.deadlineMs, slot.silentSinceMs + this.#timeoutMs) + GRACE_MS
  }

  #look(): void {
    const nowMs = this.#clock.now()
    for (const slot of [...this.#slots]) {
      const hangsAtMs = this.#hangsAtMs(slot)
      if (slot.isIdle) this.#slots.delete(slot)
      else if (hangsAtMs <= nowMs) slot.connection.close()
      else this.#alarm.ringAt(hangsAtMs)
    }
  }
}
