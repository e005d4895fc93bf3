/** The adaptive policy against the best fixed wait chosen with hindsight, in exact simulated time. */

import { describe, expect, it } from 'vitest'
import { adaptive } from '../batch/adaptive.ts'
import { window } from '../batch/window.ts'
import type { BatchPolicy } from '../contract/batch-policy.ts'
import { combineObservers } from '../contract/combine-observers.ts'
import { silentLogger } from '../contract/logger.ts'
import { arrivals } from '../testing/arrivals.ts'
import { CostlyReplica } from '../testing/costly-replica.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { type BatchingResult, simulateBatching } from '../testing/simulate-batching.ts'
import { Scheduler } from './scheduler.ts'

const MAX_BATCH = 32
const WAITS_MS = [0, 1, 2, 3, 5, 10, 20]
const LOADS = [0.05, 0.1, 0.2, 0.4, 0.5, 0.8, 0.95]
/** The best fixed wait, by hindsight, may be so much better. */
const TOLERANCE = 1.1
const costs = {
  'a flat cost': () => 10,
  'a fixed cost and one for each item': (size: number) => 5 + 0.5 * size,
  'a linear cost': (size: number) => size,
}
const patterns = { Poisson: 1, bursty: 8 }

interface Case {
  readonly policy: BatchPolicy
  readonly maxWaitMs: number
  readonly replicas: number
  readonly costMs: (size: number) => number
  readonly burst: number
  readonly load: number
}

function simulate({ policy, maxWaitMs, replicas, costMs, burst, load }: Case): BatchingResult {
  const rate = (load * replicas * MAX_BATCH) / costMs(MAX_BATCH)
  return simulateBatching({
    policy,
    limits: { maxBatchSize: MAX_BATCH, maxWaitMs },
    replicas,
    costMs,
    arrivalsMs: arrivals({ rate, count: 40_000, seed: 11, burst }),
  })
}

/** Of all fixed waits the one with the least mean latency. */
function bestFixedWait(one: Omit<Case, 'policy' | 'maxWaitMs'>): BatchingResult {
  const results = WAITS_MS.map((maxWaitMs) => simulate({ ...one, policy: window, maxWaitMs }))
  return results.reduce((best, result) => (result.meanMs < best.meanMs ? result : best))
}

describe.each(Object.entries(costs))('%s', (_, costMs) => {
  describe.each(Object.entries(patterns))('%s arrivals', (_name, burst) => {
    it.each([1, 2, 3, 4, 8])(
      '%i replicas: p50 and p99 within a tenth of the best fixed wait at every load',
      (replicas) => {
        for (const load of LOADS) {
          const one = { replicas, costMs, burst, load }
          const ours = simulate({ ...one, policy: adaptive, maxWaitMs: Number.POSITIVE_INFINITY })
          const best = bestFixedWait(one)
          expect(ours.p50Ms / best.p50Ms, `p50 at load ${load}`).toBeLessThanOrEqual(TOLERANCE)
          expect(ours.p99Ms / best.p99Ms, `p99 at load ${load}`).toBeLessThanOrEqual(TOLERANCE)
        }
      },
    )

    it.each([1, 2, 3, 4, 8])('%i replicas: at saturation as many tasks as full batches make', (replicas) => {
      const one = { replicas, costMs, burst, load: 2 }
      const ours = simulate({ ...one, policy: adaptive, maxWaitMs: Number.POSITIVE_INFINITY })
      expect(ours.batchSize).toBeGreaterThan(0.98 * MAX_BATCH)
      expect((ours.perMs * costMs(MAX_BATCH)) / (replicas * MAX_BATCH)).toBeGreaterThan(0.98)
    })
  })
})

it('a wait that suits one load does not suit another: the comparison tells', () => {
  const costMs = costs['a fixed cost and one for each item']
  const one = { replicas: 1, costMs, burst: 1, load: 0.05 }
  const mosec = simulate({ ...one, policy: window, maxWaitMs: 10 })
  expect(mosec.p50Ms / bestFixedWait(one).p50Ms).toBeGreaterThan(1.5)
})

it('the simulation tells what the scheduler does on the fake clock', () => {
  const costMs = costs['a fixed cost and one for each item']
  const arrivalsMs = arrivals({ rate: (0.5 * MAX_BATCH) / costMs(MAX_BATCH), count: 3000, seed: 3 })
  const limits = { maxBatchSize: MAX_BATCH, maxWaitMs: Number.POSITIVE_INFINITY }
  const simulated = simulateBatching({ policy: adaptive, limits, replicas: 1, costMs, arrivalsMs })
  const clock = new FakeClock()
  const scheduler = new Scheduler({
    stages: [{ name: 'model', policy: adaptive, limits, capacity: 10_000 }],
    routes: [{ path: '/', stages: ['model'] }],
    timeoutMs: 100_000,
    clock,
    observer: combineObservers([], (error) => {
      throw error
    }),
    logger: silentLogger,
  })
  scheduler.stage('model').attach(new CostlyReplica(clock, costMs))
  const latenciesMs: number[] = []
  for (const atMs of arrivalsMs) {
    clock.advance(atMs - clock.now())
    const settled = () => latenciesMs.push(clock.now() - atMs)
    scheduler.submit({
      route: '/',
      bytes: new Uint8Array(1),
      requestCodec: 0,
      responseCodec: 0,
      sink: { settled },
    })
  }
  clock.advance(1000)
  const steady = latenciesMs.slice(300)
  const meanMs = steady.reduce((sum, ms) => sum + ms, 0) / steady.length
  expect(meanMs / simulated.meanMs).toBeCloseTo(1, 1)
})
