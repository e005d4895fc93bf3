/** Send what is there as soon as a replica is idle; batches grow by themselves while replicas are busy. */

import type { BatchPolicy } from '../contract/batch-policy.ts'

/** Never waits. */
export const greedy: BatchPolicy = (queue, limits) => ({
  send: Math.min(queue.length, limits.maxBatchSize),
})
