/**
 * Greedy, but waits for the next task when that shortens the sum of all latencies.
 *
 * Let n tasks wait, the next one come after an expected time i, a batch of n cost a + b*n, and a task that finds no idle
 * replica wait until one is free, an expected time d from now.
 *   send now:  the n end after a + b*n; the next one comes at i, starts at d, and ends at d + a + b;
 *   wait:      all n + 1 end at i + a + b*(n + 1).
 * Summed over the n + 1 latencies, waiting wins when n*(i + b) + (n + 1)*b + i < d + b, that is (n + 1)*i + 2*b*n < d.
 *
 * With one replica, d is the cost of the batch itself. With several it is less: one that computes will be done before;
 * but not less than the cost shared by all, since on average that is how often one of them is free. Where another
 * replica is idle the next task waits for nobody: no wait.
 * The gain of waiting is at most `a`, so no task waits longer than that: should the next one not come, the loss is
 * bounded as in the ski-rental problem.
 */

import type { BatchHistory, BatchPolicy } from '../contract/batch-policy.ts'

/** Node's timers are no finer than this; a shorter wait would become a longer one than was worth it. */
const SHORTEST_WAIT_MS = 1

/** Waits only when the learned cost and the arrival rate say that it helps; a lone task never waits. */
export const adaptive: BatchPolicy = (queue, limits, nowMs, history) => {
  const size = Math.min(queue.length, limits.maxBatchSize)
  if (size === limits.maxBatchSize || history.idleReplicas > 1) return { send: size }
  if (!isWaitWorth(size, history)) return { send: size }
  const { fixedCostMs, itemCostMs } = history
  const waitUntilMs = Math.min(
    queue.oldestMs + Math.min(fixedCostMs, limits.maxWaitMs),
    queue.deadlineMs - (fixedCostMs + (size + 1) * itemCostMs),
  )
  return waitUntilMs - nowMs < SHORTEST_WAIT_MS ? { send: size } : { waitUntilMs }
}

function isWaitWorth(size: number, history: BatchHistory): boolean {
  const { arrivalIntervalMs, fixedCostMs, itemCostMs, replicas, nextIdleMs } = history
  if (arrivalIntervalMs === 0) return false
  const batchMs = fixedCostMs + itemCostMs * size
  const nextStartMs = Math.min(batchMs, Math.max(nextIdleMs, batchMs / replicas))
  return (size + 1) * arrivalIntervalMs + 2 * itemCostMs * size < nextStartMs
}
