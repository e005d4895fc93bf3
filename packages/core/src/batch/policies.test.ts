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
  taskIntervalMs: 1,
  fixedCostMs: 5,
  itemCostMs: 0.5,
  replicas: 1,
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

  it('sends when enough tasks share the fixed cost', () => {
    expect(adaptive(queue(4), limits, 0, gpu)).toEqual({ send: 4 })
  })

  it('leaves time to compute before the deadline', () => {
    expect(adaptive({ length: 1, oldestMs: 0, deadlineMs: 8 }, limits, 0, gpu)).toEqual({ waitUntilMs: 2 })
  })

  it('with several replicas waits for a batch that leaves them a tenth of their time, an eighth longer than it takes', () => {
    // Two replicas are busy 0.9 of the time when 0.9 * 2 * 1 ms * n = 5 ms + 0.5 ms * n: with batches of 3.85.
    const both = { ...gpu, replicas: 2 }
    expect(adaptive(queue(3), limits, 0, both).waitUntilMs).toBeCloseTo((1.125 * 5) / 1.3, 6)
    expect(adaptive(queue(4), limits, 0, both)).toEqual({ send: 4 })
    expect(adaptive(queue(3), limits, 0, { ...both, replicas: 3 })).toEqual({ send: 3 })
  })

  it('with several replicas sends a lone task when that is enough, or when nobody would come in time', () => {
    const many = { ...gpu, replicas: 8 }
    expect(adaptive(queue(1), limits, 0, many)).toEqual({ send: 1 })
    expect(adaptive(queue(1), limits, 0, { ...many, taskIntervalMs: 0.3, arrivalIntervalMs: 3 })).toEqual({
      send: 1,
    })
  })

  it('with several replicas waits for a full batch when nothing less would do', () => {
    const flooded = { ...gpu, replicas: 2, arrivalIntervalMs: 0.1, taskIntervalMs: 0.1 }
    expect(adaptive(queue(31), limits, 0, flooded).waitUntilMs).toBeCloseTo(3.6, 6)
    expect(adaptive(queue(32), limits, 0, flooded)).toEqual({ send: 32 })
  })

  it('waits less than a timer can measure only as the end of a longer wait, for a task that comes sooner', () => {
    const quick = { ...gpu, replicas: 8, taskIntervalMs: 0.2, arrivalIntervalMs: 0.2 }
    expect(adaptive(queue(1), limits, 0.5, quick).send).toBeUndefined()
    expect(adaptive(queue(1), limits, 0.5, { ...quick, arrivalIntervalMs: 0.8 })).toEqual({ send: 1 })
    for (const replicas of [1, 8]) {
      const cheap = { ...quick, replicas, fixedCostMs: 0.9, itemCostMs: 0.01, taskIntervalMs: 0.02 }
      expect(adaptive(queue(1), limits, 0, { ...cheap, arrivalIntervalMs: 0.02 })).toEqual({ send: 1 })
    }
  })
})
