/** Asks the batch policy, with what this stage has learned of its load and its worker. */

import { ArrivalRate } from '../batch/arrival-rate.ts'
import { CostModel } from '../batch/cost-model.ts'
import { QUICK_WORK_MS } from '../batch/prefetch.ts'
import type { BatchDecision, BatchLimits, BatchPolicy, QueueView } from '../contract/batch-policy.ts'

/** What the largest batch still counts when the next one comes: a full one is forgotten after about 30. */
const FORGET = 0.977

/** One stage's policy and memory. */
export class Batcher {
  #limits: BatchLimits
  #policy: BatchPolicy
  readonly #cost = new CostModel()
  readonly #arrivals = new ArrivalRate()
  /** Size of the largest of the recent batches. */
  #largest = 0

  constructor(policy: BatchPolicy, limits: BatchLimits) {
    this.#policy = policy
    this.#limits = limits
  }

  get limits(): BatchLimits {
    return this.#limits
  }

  /** From the next decision on; what was learned stays. */
  change(policy: BatchPolicy, limits: BatchLimits): void {
    this.#policy = policy
    this.#limits = limits
  }

  /** Expected cost of a full batch, in milliseconds; undefined until a batch came back. */
  get fullBatchMs(): number | undefined {
    return this.#cost.isKnown ? this.#cost.costMs(this.limits.maxBatchSize) : undefined
  }

  /** A full batch is less work than it is to write its answers. */
  get isQuick(): boolean {
    return (this.fullBatchMs ?? 0) <= QUICK_WORK_MS
  }

  /** A batch of at least half the full size came back: the cost of a full one is no mere guess. */
  get knowsFullBatches(): boolean {
    return this.#largest * 2 >= this.#limits.maxBatchSize
  }

  /** Expected cost of a full batch for who gives tasks up on account of it, in milliseconds; 0 while it is a guess. */
  get sureBatchMs(): number {
    return this.knowsFullBatches ? (this.fullBatchMs ?? 0) : 0
  }

  /** A task came, the first one of its turn. */
  arrived(nowMs: number): void {
    this.#arrivals.observe(nowMs)
  }

  /** Another one came in the same turn. */
  joined(): void {
    this.#arrivals.joined()
  }

  /** A batch of `size` tasks took `workedMs` of its replica. */
  worked(size: number, workedMs: number): void {
    this.#cost.observe(size, workedMs)
    this.#largest = Math.max(size, this.#largest * FORGET)
  }

  /** What to do with a queue that is not empty, for so many connected replicas. */
  decide(queue: QueueView, nowMs: number, replicas: number): BatchDecision {
    return this.#policy(queue, this.limits, nowMs, {
      arrivalIntervalMs: this.#arrivals.intervalMs,
      taskIntervalMs: this.#arrivals.taskIntervalMs,
      fixedCostMs: this.#cost.fixedMs,
      itemCostMs: this.#cost.itemMs,
      replicas,
    })
  }
}
