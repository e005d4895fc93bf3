/** Ends replicas that hang: past the time of their batch, and past a grace in which they could have said so. */

import type { Clock, Timer } from '../contract/clock.ts'
import type { ReplicaSlot } from './replica-slot.ts'

/** What a `forward` gets to heed its signal, in milliseconds. */
const GRACE_MS = 1000

/**
 * A replica should answer its oldest batch by the batch's deadline, and within the stage's timeout. When it has not a
 * grace later its connection is closed, which ends its process; its tasks go to another.
 *
 * One timer for all replicas of a stage; it is not set anew for each batch, but looks again when it fires.
 */
export class HangWatch {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #slots = new Set<ReplicaSlot>()
  #timer: Timer | undefined = undefined
  #firesAtMs = Number.POSITIVE_INFINITY

  /** @param timeoutMs longest work on one batch, in milliseconds; may be `Infinity`. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** It was given a batch. */
  watch(slot: ReplicaSlot): void {
    this.#slots.add(slot)
    this.#lookAt(this.#hangsAtMs(slot))
  }

  /** It is gone. */
  forget(slot: ReplicaSlot): void {
    this.#slots.delete(slot)
    if (this.#slots.size > 0) return
    this.#timer?.cancel()
    this.#firesAtMs = Number.POSITIVE_INFINITY
  }

  #hangsAtMs(slot: ReplicaSlot): number {
    const [oldest] = slot.batches
    if (oldest === undefined) return Number.POSITIVE_INFINITY
    return Math.min(oldest.deadlineMs, slot.busySinceMs + this.#timeoutMs) + GRACE_MS
  }

  #lookAt(atMs: number): void {
    if (atMs >= this.#firesAtMs) return
    this.#timer?.cancel()
    this.#firesAtMs = atMs
    this.#timer = this.#clock.after(atMs - this.#clock.now(), () => this.#look())
  }

  #look(): void {
    this.#firesAtMs = Number.POSITIVE_INFINITY
    const nowMs = this.#clock.now()
    for (const slot of [...this.#slots]) {
      const hangsAtMs = this.#hangsAtMs(slot)
      if (slot.isIdle) this.#slots.delete(slot)
      else if (hangsAtMs <= nowMs) slot.connection.close()
      else this.#lookAt(hangsAtMs)
    }
  }
}
