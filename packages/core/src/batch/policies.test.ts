import { describe, expect, it } from 'vitest'
import type { BatchHistory } from '../contract/batch-policy.ts'
import { batchPolicyConformance } from '../testing/batch-policy-conformance.ts'
import { adaptive } from './adaptive.ts'
import { greedy } from './greedy.ts'
import { window } from './window.ts'

const policies = { window, greedy, adaptive }
for (const [name, policy] of Object.entries(policies)) {
  describe(name, () => batchPolicyConformance(() => policy, { describe, it }))
}

const queue = (length: number, oldestMs = 0) => ({ length, oldestMs, deadlineMs: 10_000 })
const limits = { maxBatchSize: 32, maxWaitMs: 10 }
const gpu: BatchHistory = {
  arrivalIntervalMs: 1,
  fixedCostMs: 5,
  itemCostMs: 0.5,
  idleReplicas: 1,
  replicas: 1,
  nextIdleMs: Number.POSITIVE_INFINITY,
}

describe('window', () => {
  it('waits maxWaitMs from the first task, as Mosec does', () => {
    expect(window(queue(3, 100), limits, 104, gpu)).toEqual({ waitUntilMs: 110 })
    expect(window(queue(3, 100), limits, 110, gpu)).toEqual({ send: 3 })
  })
})

describe('greedy', () => {
  it('never waits', () => {
    expect(greedy(queue(1), limits, 0, gpu)).toEqual({ send: 1 })
  })
})

describe('adaptive', () => {
  it('does not let a lone task wait at low load', () => {
    expect(adaptive(queue(1), limits, 0, { ...gpu, arrivalIntervalMs: 5.5 })).toEqual({ send: 1 })
  })

  it('does not wait while nothing is known', () => {
    const nothing = { ...gpu, arrivalIntervalMs: 0, fixedCostMs: 0, itemCostMs: 0 }
    expect(adaptive(queue(1), limits, 0, nothing)).toEqual({ send: 1 })
  })

  it('waits for the next task when it is due long before the fixed cost is paid, never beyond that cost', () => {
    expect(adaptive(queue(1), limits, 0, gpu)).toEqual({ waitUntilMs: 5 })
    expect(adaptive(queue(1), { ...limits, maxWaitMs: 2 }, 0, gpu)).toEqual({ waitUntilMs: 2 })
    expect(adaptive(queue(1), limits, 5, gpu)).toEqual({ send: 1 })
  })

  it('does not wait for less than a timer can measure', () => {
    expect(adaptive(queue(1), limits, 0, { ...gpu, arrivalIntervalMs: 0.01, fixedCostMs: 0.9 })).toEqual({
      send: 1,
    })
  })

  it('sends when enough tasks share the fixed cost', () => {
    expect(adaptive(queue(4), limits, 0, gpu)).toEqual({ send: 4 })
  })

  it('leaves time to compute before the deadline', () => {
    expect(adaptive({ length: 1, oldestMs: 0, deadlineMs: 8 }, limits, 0, gpu)).toEqual({ waitUntilMs: 2 })
  })

  it('lets an idle replica take the next task', () => {
    expect(adaptive(queue(1), limits, 0, { ...gpu, idleReplicas: 2, replicas: 2 })).toEqual({ send: 1 })
  })

  it('waits no longer for the next task than until a replica is done', () => {
    const few = { ...gpu, arrivalIntervalMs: 1.9, replicas: 3 }
    expect(adaptive(queue(3), limits, 0, { ...few, nextIdleMs: 0.5 })).toEqual({ send: 3 })
    const soon = { ...few, arrivalIntervalMs: 0.9, itemCostMs: 0, fixedCostMs: 6 }
    expect(adaptive(queue(3), limits, 0, { ...soon, nextIdleMs: 4 })).toEqual({ waitUntilMs: 4 })
    expect(adaptive(queue(3), limits, 0, { ...soon, nextIdleMs: 3 })).toEqual({ send: 3 })
  })

  it('with several replicas waits for a batch that keeps up with the arrivals, a turn and a half', () => {
    // Two replicas keep up when 2 * 1 ms * n = 5 ms + 0.5 ms * n: with batches of 3.33, of 6.67 ms, every 3.33 ms.
    const both = { ...gpu, replicas: 2, nextIdleMs: 0 }
    expect(adaptive(queue(3), limits, 0, both)).toEqual({ waitUntilMs: 5 })
    expect(adaptive(queue(3), limits, 0, { ...both, replicas: 3 })).toEqual({ send: 3 })
    expect(adaptive(queue(1), limits, 0, { ...both, replicas: 3 })).toEqual({ waitUntilMs: 3 })
    expect(adaptive(queue(4), limits, 0, both)).toEqual({ send: 4 })
  })

  it('with several replicas waits for a full batch when nothing less would do', () => {
    const flooded = { ...gpu, replicas: 2, nextIdleMs: 0, arrivalIntervalMs: 0.2 }
    expect(adaptive(queue(31), limits, 0, flooded)).toEqual({ waitUntilMs: 5 })
    expect(adaptive(queue(32), limits, 0, flooded)).toEqual({ send: 32 })
  })
})
