/**
 * Greedy, but waits for more tasks when that shortens latencies: for the next one, or, with several replicas, for as
 * many as make a batch worth its fixed cost.
 *
 * **The next one.** Let n tasks wait, the next one come after an expected time i, a batch of n cost a + b*n, and a task
 * that finds no idle replica wait until one is free, an expected time d from now.
 *   send now:  the n end after a + b*n; the next one comes at i, starts at d, and ends at d + a + b;
 *   wait:      all n + 1 end at i + a + b*(n + 1).
 * Summed over the n + 1 latencies, waiting wins when n*(i + b) + (n + 1)*b + i < d + b, that is (n + 1)*i + 2*b*n < d.
 * What it saves is one fixed cost, so d counts for no more than `a`; nor for less than a/k with k replicas, since on
 * average that is how often one of them is free. No task waits longer than d for the next one: should that not come, the
 * loss is bounded as in the ski-rental problem.
 *
 * **Enough of them.** k replicas that take turns keep up with the arrivals when their batches are of n tasks and
 * k*i*n = a + b*n. While one computes, the other should not take a smaller batch: it would spend its fixed cost on few,
 * and those who come meanwhile would wait. Turns come every (a + b*n)/k; arrivals are uneven, so half as long again is
 * allowed for them to come, never more than `a`.
 *
 * Where another replica is idle the next task waits for nobody: no wait.
 */

import type { BatchHistory, BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'

/** Node's timers are no finer than this; a shorter wait would become a longer one than was worth it. */
const SHORTEST_WAIT_MS = 1
/** Turns that a batch may wait for its tasks. */
const TURNS = 1.5

/** Waits only when the learned cost and the arrival rate say that it helps; a lone task never waits. */
export const adaptive: BatchPolicy = (queue, limits, nowMs, history) => {
  const size = Math.min(queue.length, limits.maxBatchSize)
  if (size === limits.maxBatchSize || history.idleReplicas > 1) return { send: size }
  if (history.arrivalIntervalMs === 0) return { send: size }
  const { fixedCostMs, itemCostMs } = history
  const worthMs = Math.max(waitForNextMs(size, history), waitForEnoughMs(size, limits, history))
  const waitUntilMs = Math.min(
    queue.oldestMs + Math.min(worthMs, limits.maxWaitMs),
    queue.deadlineMs - (fixedCostMs + (size + 1) * itemCostMs),
  )
  return waitUntilMs - nowMs < SHORTEST_WAIT_MS ? { send: size } : { waitUntilMs }
}

/** Longest wait from the first task that the next one is worth; 0 when it is worth none. */
function waitForNextMs(size: number, history: BatchHistory): number {
  const { arrivalIntervalMs, fixedCostMs, itemCostMs, replicas, nextIdleMs } = history
  const gainMs = Math.min(fixedCostMs, Math.max(nextIdleMs, fixedCostMs / replicas))
  return (size + 1) * arrivalIntervalMs + 2 * itemCostMs * size < gainMs ? gainMs : 0
}

/** Longest wait from the first task for a batch that keeps up; 0 when it is large enough, or there is one replica. */
function waitForEnoughMs(size: number, { maxBatchSize }: BatchLimits, history: BatchHistory): number {
  const { arrivalIntervalMs, fixedCostMs, itemCostMs, replicas } = history
  if (replicas === 1) return 0
  const spareMs = replicas * arrivalIntervalMs - itemCostMs
  const enough = spareMs > 0 ? Math.min(maxBatchSize, fixedCostMs / spareMs) : maxBatchSize
  if (size >= enough) return 0
  return Math.min(fixedCostMs, (TURNS * (fixedCostMs + itemCostMs * enough)) / replicas)
}
