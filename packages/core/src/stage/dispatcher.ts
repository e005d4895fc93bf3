/**
 * Hands a stage's tasks to its replicas, in batches and, where they were with a dying replica, alone.
 *
 *     waiting room -> batcher decides how many -> pool gives a replica -> picker takes the tasks -> connection
 */

import type { Clock, Timer } from '../contract/clock.ts'
import type { Observer } from '../contract/observer.ts'
import type { Task } from '../contract/task.ts'
import type { BatchPicker } from './batch-picker.ts'
import type { Batcher } from './batcher.ts'
import type { HangWatch } from './hang-watch.ts'
import type { ReplicaPool } from './replica-pool.ts'
import type { ReplicaSlot } from './replica-slot.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** What it works with: the stage's own parts. */
export interface DispatcherParts {
  readonly clock: Clock
  readonly observer: Required<Observer>
  readonly batcher: Batcher
  readonly waiting: WaitingRoom
  readonly picker: BatchPicker
  readonly pool: ReplicaPool
  readonly hangs: HangWatch
}

/** Of one stage; has one timer at most. */
export class Dispatcher {
  readonly #stage: { readonly name: string }
  readonly #parts: DispatcherParts
  #timer: Timer | undefined = undefined
  #isAsked = false
  #isSuspectsTurn = true

  constructor(stage: { readonly name: string }, parts: DispatcherParts) {
    this.#stage = stage
    this.#parts = parts
  }

  /** It will look at the end of this turn. */
  get isAsked(): boolean {
    return this.#isAsked
  }

  /** Hands out batches at the end of this turn, so that what came in one turn travels together. */
  ask(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    this.#parts.clock.soon(() => {
      this.#isAsked = false
      this.pump()
    })
  }

  /** Hands out batches until nothing waits, no replica may take more, or the policy waits. */
  pump(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    while (this.#sendNext());
  }

  /** Batches and suspects take turns, so that neither waits for all of the others. False when there is nothing to do. */
  #sendNext(): boolean {
    if (this.#parts.waiting.suspects.length === 0) return this.#sendBatch()
    return this.#isSuspectsTurn
      ? this.#sendSuspect() || this.#sendBatch()
      : this.#sendBatch() || this.#sendSuspect()
  }

  /** Progress is made when it is true: tasks were sent, had expired, or lost their turn. */
  #sendBatch(): boolean {
    if (this.#parts.waiting.queue.first === undefined) return false
    const { fullBatchMs } = this.#parts.batcher
    const { maxBatchSize } = this.#parts.batcher.limits
    const suspects = this.#parts.waiting.suspects.length
    const slot = this.#parts.pool.next({
      queued: this.#parts.waiting.queue.ready,
      suspects,
      maxBatchSize,
      fullBatchMs,
    })
    if (slot === undefined) return false
    const size = slot.isIdle ? this.#sizeNow(this.#parts.waiting.queue.first) : maxBatchSize
    if (size === 0) return false
    const nowMs = this.#parts.clock.now()
    const endMs = slot.endsMs(this.#parts.batcher.sureBatchMs, nowMs)
    const tasks = this.#parts.picker.pick({ size, maxBatchSize, nowMs, endMs })
    if (tasks.length > 0) this.#send(slot, tasks, nowMs)
    return true
  }

  /** While others wait, one replica at most is put at risk. */
  #sendSuspect(): boolean {
    const { first } = this.#parts.waiting.suspects
    if (first === undefined || (this.#parts.waiting.queue.ready > 0 && this.#parts.pool.hasSuspect))
      return false
    const slot = this.#parts.pool.nextForSuspect(first)
    const nowMs = this.#parts.clock.now()
    const task = slot === undefined ? undefined : this.#parts.picker.pickSuspect(nowMs)
    if (slot === undefined || task === undefined) return false
    this.#send(slot, [task], nowMs)
    return true
  }

  /** Size of the batch to send now, or 0 with the timer set. */
  #sizeNow(first: Task): number {
    const nowMs = this.#parts.clock.now()
    const view = {
      length: this.#parts.waiting.queue.ready,
      oldestMs: this.#parts.waiting.queue.oldestMs,
      deadlineMs: first.deadlineMs,
    }
    const decision = this.#parts.batcher.decide(view, nowMs, this.#parts.pool.size)
    if (decision.send !== undefined) return decision.send
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.after(decision.waitUntilMs - nowMs, () => this.pump())
    return 0
  }

  #send(slot: ReplicaSlot, tasks: readonly Task[], nowMs: number): void {
    const batch = slot.hold(tasks, nowMs)
    this.#isSuspectsTurn = !batch.isSuspect
    this.#parts.hangs.watch(slot)
    this.#parts.pool.used(slot)
    this.#parts.observer.batchSent({
      stage: this.#stage.name,
      replica: slot.connection.replica,
      size: tasks.length,
      maxBatchSize: this.#parts.batcher.limits.maxBatchSize,
      formedInMs: nowMs - (tasks[0]?.queuedMs ?? nowMs),
    })
    slot.send(tasks, batch, nowMs)
    this.#parts.waiting.wake()
  }
}
