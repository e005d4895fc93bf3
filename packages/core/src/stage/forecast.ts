/** What a stage expects of the near future, from what its batches have cost. */

import type { Priority } from '../contract/priority.ts'
import type { Batcher } from './batcher.ts'
import type { ReplicaPool } from './replica-pool.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** Of one stage; read at the front door, so each answer is a few operations. */
export class Forecast {
  readonly #batcher: Batcher
  readonly #waiting: WaitingRoom
  readonly #pool: ReplicaPool

  constructor(batcher: Batcher, waiting: WaitingRoom, pool: ReplicaPool) {
    this.#batcher = batcher
    this.#waiting = waiting
    this.#pool = pool
  }

  /**
   * A full batch waits, and no replica is free to take it: what comes now waits for what came before. Not before it is
   * known what batches of such a size cost: after single tasks a burst would look dearer than it is.
   */
  get isOverloaded(): boolean {
    const { maxBatchSize } = this.#batcher.limits
    if (this.#waiting.length < maxBatchSize || !this.#batcher.knowsFullBatches) return false
    return this.#pool.size > 0 && this.#pool.idleCount === 0
  }

  /** Work of a replica on a full batch, in milliseconds; undefined until a batch came back. */
  get fullBatchMs(): number | undefined {
    return this.#batcher.fullBatchMs
  }

  /** The same for who refuses on account of it: 0 while it is a guess from smaller batches. */
  get sureBatchMs(): number {
    return this.#batcher.sureBatchMs
  }

  /** Time between two tasks that leave under full load, in milliseconds; 0 while that is a guess. */
  get taskMs(): number {
    const replicas = Math.max(1, this.#pool.size)
    return this.sureBatchMs / (this.#batcher.limits.maxBatchSize * replicas)
  }

  /** Tasks that would end here before a new one: those that replicas hold, and those that wait before it. */
  before(route: string, priority: Priority): number {
    return this.#pool.heldCount + this.#waiting.before(route, priority)
  }
}
