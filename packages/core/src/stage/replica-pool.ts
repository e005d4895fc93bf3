/** The connected replicas of a stage, and which of them gets the next batch. */

import { mayPrefetch } from '../batch/prefetch.ts'
import type { Task } from '../contract/task.ts'
import type { Connection } from '../contract/transport.ts'
import type { ReplicaSlot } from './replica-slot.ts'

/** What a prefetch depends on beyond the replicas. */
export interface PoolLoad {
  /** Tasks waiting. */
  readonly queued: number
  /** Tasks waiting for an idle replica each: nothing is handed out ahead then. */
  readonly suspects: number
  readonly maxBatchSize: number
  /** Expected cost of a full batch, in milliseconds; undefined while unknown. */
  readonly fullBatchMs: number | undefined
}

/** Slots in the order in which they were last given work, so that the first idle one has rested longest. */
export class ReplicaPool {
  readonly #slots: ReplicaSlot[] = []
  /** They get no more work, and finish what they hold. */
  readonly #leaving = new Set<ReplicaSlot>()

  /** Those that take work. */
  get size(): number {
    return this.#slots.length
  }

  get idleCount(): number {
    let count = 0
    for (const slot of this.#slots) if (slot.isIdle) count++
    return count
  }

  add(slot: ReplicaSlot): void {
    this.#slots.push(slot)
  }

  remove(slot: ReplicaSlot): void {
    const index = this.#slots.indexOf(slot)
    if (index !== -1) this.#slots.splice(index, 1)
    this.#leaving.delete(slot)
  }

  /** Gives no more work to the replica behind this connection; undefined when it is not here. */
  retire(connection: Connection): ReplicaSlot | undefined {
    const slot = this.#slots.find((one) => one.connection === connection)
    if (slot === undefined) return undefined
    this.remove(slot)
    this.#leaving.add(slot)
    return slot
  }

  /** Tasks that replicas hold, those that leave among them. */
  get heldCount(): number {
    let count = 0
    for (const slot of [...this.#slots, ...this.#leaving]) count += slot.held.size
    return count
  }

  /** It was given work just now. */
  used(slot: ReplicaSlot): void {
    this.remove(slot)
    this.add(slot)
  }

  /** The replica that holds this task. */
  holderOf(id: number): ReplicaSlot | undefined {
    return [...this.#slots, ...this.#leaving].find((slot) => slot.held.has(id))
  }

  /** An idle replica, else one that may be given a full batch ahead, else undefined. */
  next(load: PoolLoad): ReplicaSlot | undefined {
    return firstIdle(this.#slots) ?? this.#ahead(load)
  }

  /** Some replica computes a task that may kill it. */
  get hasSuspect(): boolean {
    return this.#slots.some((slot) => slot.hasSuspect)
  }

  /** An idle replica for a task that was with a dying one: never that again while there is another. */
  nextForSuspect({ crashedOn }: Pick<Task, 'crashedOn'>): ReplicaSlot | undefined {
    const others = this.#slots.filter(({ connection }) => connection.replica !== crashedOn)
    return firstIdle(others.length > 0 ? others : this.#slots)
  }

  #ahead(load: PoolLoad): ReplicaSlot | undefined {
    if (load.suspects > 0 || load.queued < load.maxBatchSize) return undefined
    const slot = this.#leastLoaded()
    if (slot === undefined) return undefined
    return mayPrefetch({ ...load, replicas: this.size, heldBatches: slot.batches.length }) ? slot : undefined
  }

  #leastLoaded(): ReplicaSlot | undefined {
    let least: ReplicaSlot | undefined
    for (const slot of this.#slots) {
      if (slot.hasSuspect || slot.isLate) continue
      if (least === undefined || slot.batches.length < least.batches.length) least = slot
    }
    return least
  }
}

/** A late one comes last: what is given to it may have to wait until it is started again. */
function firstIdle(slots: readonly ReplicaSlot[]): ReplicaSlot | undefined {
  let late: ReplicaSlot | undefined
  for (const slot of slots) {
    if (!slot.isIdle) continue
    if (!slot.isLate) return slot
    late ??= slot
  }
  return late
}
