/** Asks the batch policy, with what this stage has learned of its load and its worker. */

import { ArrivalRate } from '../batch/arrival-rate.ts'
import { CostModel } from '../batch/cost-model.ts'
import type { BatchDecision, BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'
import type { Task } from '../contract/task.ts'

/** One stage's policy and memory. */
export class Batcher {
  readonly limits: BatchLimits
  readonly #policy: BatchPolicy
  readonly #cost = new CostModel()
  readonly #arrivals = new ArrivalRate()

  constructor(policy: BatchPolicy, limits: BatchLimits) {
    this.#policy = policy
    this.limits = limits
  }

  /** Expected cost of a full batch, in milliseconds; undefined until a batch came back. */
  get fullBatchMs(): number | undefined {
    return this.#cost.isKnown ? this.#cost.costMs(this.limits.maxBatchSize) : undefined
  }

  /** A task came. */
  arrived(nowMs: number): void {
    this.#arrivals.observe(nowMs)
  }

  /** A batch of `size` tasks took `workedMs` of its replica. */
  worked(size: number, workedMs: number): void {
    this.#cost.observe(size, workedMs)
  }

  /**
   * What to do with a queue whose head is `first`. A task that was with a dying replica goes at once and alone.
   * @param length tasks waiting, at least 1.
   */
  decide(first: Task, length: number, nowMs: number, idleReplicas: number): BatchDecision {
    if (first.crashes > 0) return { send: 1 }
    return this.#policy(
      { length, oldestMs: first.queuedMs, deadlineMs: first.deadlineMs },
      this.limits,
      nowMs,
      {
        arrivalIntervalMs: this.#arrivals.intervalMs,
        fixedCostMs: this.#cost.fixedMs,
        itemCostMs: this.#cost.itemMs,
        idleReplicas,
      },
    )
  }
}
