/**
 * Greedy, but waits for more tasks when that shortens latencies: with one replica for the next one, with several for as
 * many as make a batch worth its fixed cost.
 *
 * **The next one.** Let n tasks wait, the next one come after an expected time i, and a batch of n cost a + b*n.
 *   send now:  the n end after a + b*n; the next one comes at i, starts then, and ends at 2*a + b*(n + 1);
 *   wait:      all n + 1 end at i + a + b*(n + 1).
 * Summed over the n + 1 latencies, waiting wins when (n + 1)*i + b*n < a. No task waits longer than `a` for the next one:
 * should that not come, the loss is bounded as in the ski-rental problem.
 *
 * **Enough of them.** k replicas that take turns keep up with tasks that come every t when k*t*n = a + b*n. Who takes
 * fewer, though another is idle, spends the fixed cost on few: soon all replicas compute small batches, and those who
 * come meanwhile wait for them. So a batch has the n with which replicas are busy nine tenths of the time. It waits as
 * long as so many take to come, and a little longer, never more than `a`; not at all where less than one is enough.
 */

import type { BatchHistory, BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'

/**
 * Node's timers are no finer than this: where so short a wait is all that is worth it, there is none. The last part of a
 * longer one may be as short, when the next task is due before its end.
 */
const TIMER_MS = 1
/** Share of the time that replicas should compute: what comes is uneven. */
const BUSY = 0.9
/** Of the time that tasks take to come, on average: how long they may take. */
const PATIENCE = 1.125

/** Waits only when the learned cost and the arrival rate say that it helps; a lone task never waits. */
export const adaptive: BatchPolicy = (queue, limits, nowMs, history) => {
  const size = Math.min(queue.length, limits.maxBatchSize)
  const { fixedCostMs, itemCostMs, arrivalIntervalMs } = history
  if (size === limits.maxBatchSize || arrivalIntervalMs === 0) return { send: size }
  const worthMs =
    history.replicas === 1 ? waitForNextMs(size, history) : waitForEnoughMs(size, limits, history)
  if (worthMs < TIMER_MS) return { send: size }
  const waitUntilMs = Math.min(
    queue.oldestMs + Math.min(worthMs, limits.maxWaitMs),
    queue.deadlineMs - (fixedCostMs + (size + 1) * itemCostMs),
  )
  return waitUntilMs - nowMs < Math.min(TIMER_MS, arrivalIntervalMs) ? { send: size } : { waitUntilMs }
}

/** Longest wait from the first task that the next one is worth; 0 when it is worth none. */
function waitForNextMs(size: number, { arrivalIntervalMs, fixedCostMs, itemCostMs }: BatchHistory): number {
  return (size + 1) * arrivalIntervalMs + itemCostMs * size < fixedCostMs ? fixedCostMs : 0
}

/** Longest wait from the first task for a batch that keeps up; 0 when it is large enough, or nobody would come. */
function waitForEnoughMs(size: number, { maxBatchSize }: BatchLimits, history: BatchHistory): number {
  const { arrivalIntervalMs, taskIntervalMs, fixedCostMs, itemCostMs, replicas } = history
  const spareMs = BUSY * replicas * taskIntervalMs - itemCostMs
  const enough = spareMs > 0 ? Math.min(maxBatchSize, fixedCostMs / spareMs) : maxBatchSize
  const waitMs = Math.min(fixedCostMs, PATIENCE * enough * taskIntervalMs)
  return size < enough && arrivalIntervalMs < waitMs ? waitMs : 0
}
