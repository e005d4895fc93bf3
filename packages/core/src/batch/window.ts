/** Mosec's policy: fill the batch for up to `maxWaitMs` from the first task. */

import type { BatchPolicy } from '../contract/batch-policy.ts'

/** Sends a full batch at once, a partial one when its first task has waited `maxWaitMs`. */
export const window: BatchPolicy = (queue, limits, nowMs) => {
  const size = Math.min(queue.length, limits.maxBatchSize)
  const waitUntilMs = queue.oldestMs + limits.maxWaitMs
  return size === limits.maxBatchSize || waitUntilMs <= nowMs ? { send: size } : { waitUntilMs }
}
