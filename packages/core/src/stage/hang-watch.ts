/** Ends replicas that hang: past the time of their batch, and past a grace in which they could have said so. */

import { Alarm } from '../contract/alarm.ts'
import type { Clock } from '../contract/clock.ts'
import type { ReplicaSlot } from './replica-slot.ts'

/** What a `forward` gets to heed its signal, in milliseconds; and then a second look. */
const GRACE_MS = 750
/** After a pause of this process timers ring before what came in the meantime is read: nobody is judged at first sight. */
const SECOND_LOOK_MS = 250

/**
 * A replica should answer its oldest batch by the batch's deadline, and some of it within the stage's timeout, which is
 * that of one call. When it has not a grace later its connection is closed, which ends its process; who of its tasks
 * alone can have been too slow is answered so, the others go to another.
 */
export class HangWatch {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #slots = new Set<ReplicaSlot>()
  readonly #alarm: Alarm
  /** Replicas that were found late, and when. */
  readonly #seen = new WeakMap<ReplicaSlot, number>()

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
    const hangsAtMs = Math.min(oldest.deadlineMs, slot.silentSinceMs + this.#timeoutMs) + GRACE_MS
    const seenMs = this.#seenMs(slot)
    return seenMs === undefined ? hangsAtMs : Math.max(hangsAtMs, seenMs + SECOND_LOOK_MS)
  }

  #look(): void {
    const nowMs = this.#clock.now()
    for (const slot of [...this.#slots]) {
      const hangsAtMs = this.#hangsAtMs(slot)
      if (slot.isIdle) this.#slots.delete(slot)
      else if (hangsAtMs <= nowMs) this.#hangs(slot, nowMs)
      else this.#alarm.ringAt(hangsAtMs)
    }
  }

  /** Ends it when it was seen so before, and has said nothing since. */
  #hangs(slot: ReplicaSlot, nowMs: number): void {
    if (this.#seenMs(slot) !== undefined) {
      slot.isHung = true
      slot.connection.close()
      return
    }
    this.#seen.set(slot, nowMs)
    this.#alarm.ringAt(nowMs + SECOND_LOOK_MS)
  }

  /** When it was found late, unless it has said something since. */
  #seenMs(slot: ReplicaSlot): number | undefined {
    const seenMs = this.#seen.get(slot)
    return seenMs !== undefined && seenMs >= slot.silentSinceMs ? seenMs : undefined
  }
}
