/** What every batch policy must keep, as a suite for any test runner. */

import assert from 'node:assert/strict'
import type { BatchHistory, BatchLimits, BatchPolicy, QueueView } from '../contract/batch-policy.ts'
import type { SuiteRunner } from './suite-runner.ts'

interface Situation {
  readonly queue: QueueView
  readonly limits: BatchLimits
  readonly nowMs: number
  readonly history: BatchHistory
}

const numbers = [0, 0.3, 1, 7, 60]

/** A few thousand situations that cover the corners: empty history, past deadlines, one or several replicas. */
function* situations(): Generator<Situation> {
  for (const length of [1, 2, 7, 8, 9, 500])
    for (const maxBatchSize of [1, 2, 8])
      for (const maxWaitMs of [0, 10, Number.POSITIVE_INFINITY])
        for (const waitedMs of [0, 5, 10, 1000])
          for (const leftMs of [-1, 2, 3000])
            for (const arrivalIntervalMs of numbers)
              for (const fixedCostMs of numbers)
                for (const replicas of [1, 3])
                  yield {
                    queue: { length, oldestMs: 100, deadlineMs: 100 + waitedMs + leftMs },
                    limits: { maxBatchSize, maxWaitMs },
                    nowMs: 100 + waitedMs,
                    history: {
                      arrivalIntervalMs,
                      taskIntervalMs: arrivalIntervalMs / 2,
                      fixedCostMs,
                      itemCostMs: 0.5,
                      replicas,
                    },
                  }
}

/** Holds a policy to its contract. `factory` makes a fresh one. */
export function batchPolicyConformance(factory: () => BatchPolicy, { describe, it }: SuiteRunner): void {
  const decide = (at: Situation) => factory()(at.queue, at.limits, at.nowMs, at.history)
  const every = (check: (at: Situation, decision: ReturnType<BatchPolicy>) => void) => {
    for (const at of situations()) {
      try {
        check(at, decide(at))
      } catch (cause) {
        throw new Error(`in the situation ${JSON.stringify(at)}: ${String(cause)}`, { cause })
      }
    }
  }

  describe('a batch policy', () => {
    it('sends at least one task, and no more than wait or than the batch takes', () => {
      every((at, { send }) => {
        if (send === undefined) return
        assert.ok(Number.isInteger(send) && send >= 1)
        assert.ok(send <= at.limits.maxBatchSize && send <= at.queue.length)
      })
    })

    it('waits only for a time to come', () => {
      every((at, { waitUntilMs }) => assert.ok(waitUntilMs === undefined || waitUntilMs > at.nowMs))
    })

    it('never waits longer than maxWaitMs from the first task', () => {
      every((at, { waitUntilMs }) =>
        assert.ok(waitUntilMs === undefined || waitUntilMs <= at.queue.oldestMs + at.limits.maxWaitMs),
      )
    })

    it('sends a full batch at once', () => {
      every((at, { send }) => {
        if (at.queue.length >= at.limits.maxBatchSize) assert.equal(send, at.limits.maxBatchSize)
      })
    })

    it('is pure: the same situation gives the same decision', () => {
      const policy = factory()
      for (const at of situations()) {
        const ask = () => policy(at.queue, at.limits, at.nowMs, at.history)
        assert.deepEqual(ask(), ask())
      }
    })
  })
}
