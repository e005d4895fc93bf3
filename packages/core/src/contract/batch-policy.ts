/** When a batch leaves: a pure decision, so that time and metrics stay with the caller. */

/** What a policy sees of the queue; the queue is never empty when a policy is asked. */
export interface QueueView {
  /** Tasks waiting, at least 1. */
  readonly length: number
  /** When the first of them was queued, in clock milliseconds. */
  readonly oldestMs: number
  /** Deadline of the first of them, in clock milliseconds. */
  readonly deadlineMs: number
}

/** What the user allows. */
export interface BatchLimits {
  /** Most tasks in one batch, at least 1. */
  readonly maxBatchSize: number
  /** Longest wait from the first task, in milliseconds. */
  readonly maxWaitMs: number
}

/** What the stage has learned of its load and its worker. All numbers are 0 while nothing is known. */
export interface BatchHistory {
  /** Mean time between arrivals, in milliseconds; what comes in one turn of the event loop is one arrival. */
  readonly arrivalIntervalMs: number
  /** Mean time between tasks, over a longer past, in milliseconds. */
  readonly taskIntervalMs: number
  /** `a` in the batch's cost `a + b * n`, in milliseconds. */
  readonly fixedCostMs: number
  /** `b` in the batch's cost `a + b * n`, in milliseconds. */
  readonly itemCostMs: number
  /** Replicas of the stage that are connected, at least 1. */
  readonly replicas: number
}

/** Send so many tasks now, or ask again at that time or when something changed. */
export type BatchDecision =
  | { readonly send: number; readonly waitUntilMs?: undefined }
  | { readonly waitUntilMs: number; readonly send?: undefined }

/**
 * Decides for a replica that is ready to take a batch.
 * Must be pure, and must send (at least 1, at most `maxBatchSize` and `length`) once the batch is full or
 * `maxWaitMs` after the first task has passed.
 */
export type BatchPolicy = (
  queue: QueueView,
  limits: BatchLimits,
  nowMs: number,
  history: BatchHistory,
) => BatchDecision
