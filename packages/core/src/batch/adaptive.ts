/**
 * Greedy, but waits for the next task when that shortens the sum of all latencies.
 *
 * Let n tasks wait, the next one come after an expected time i, and a batch of n cost a + b*n (one replica).
 *   send now:  the n end after a + b*n; the next one starts when they end, and ends a + b later;
 *   wait:      all n + 1 end after i + a + b*(n + 1).
 * Summed over the n + 1 tasks, waiting wins when n*i + 2*b*n < a + b*n - i, that is (n + 1)*i + b*n < a.
 * The gain of waiting is at most `a`, so no task waits longer than that: should the next one not come, the loss is
 * bounded as in the ski-rental problem. Where another replica is idle it would take the next task: no wait.
 */

import type { BatchPolicy } from '../contract/batch-policy.ts'

/** Node's timers are no finer than this; a shorter wait would become a longer one than was worth it. */
const SHORTEST_WAIT_MS = 1

/** Waits only when the learned cost and the arrival rate say that it helps; a lone task never waits. */
export const adaptive: BatchPolicy = (queue, limits, nowMs, history) => {
  const size = Math.min(queue.length, limits.maxBatchSize)
  if (size === limits.maxBatchSize || history.idleReplicas > 1) return { send: size }
  const { arrivalIntervalMs, fixedCostMs, itemCostMs } = history
  const isWaitWorth =
    arrivalIntervalMs > 0 && (size + 1) * arrivalIntervalMs + size * itemCostMs < fixedCostMs
  if (!isWaitWorth) return { send: size }
  const waitUntilMs = Math.min(
    queue.oldestMs + Math.min(fixedCostMs, limits.maxWaitMs),
    queue.deadlineMs - (fixedCostMs + (size + 1) * itemCostMs),
  )
  return waitUntilMs - nowMs < SHORTEST_WAIT_MS ? { send: size } : { waitUntilMs }
}
