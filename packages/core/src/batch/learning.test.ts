import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArrivalRate } from './arrival-rate.ts'
import { CostModel } from './cost-model.ts'
import { mayPrefetch } from './prefetch.ts'

describe('CostModel', () => {
  it('finds a and b from batches of several sizes', () => {
    const cost = new CostModel()
    for (let round = 0; round < 20; round++) for (const n of [1, 4, 9, 32]) cost.observe(n, 5 + 0.5 * n)
    expect(cost.fixedMs).toBeCloseTo(5, 6)
    expect(cost.itemMs).toBeCloseTo(0.5, 6)
    expect(cost.costMs(16)).toBeCloseTo(13, 6)
  })

  it('books everything per item while all batches have one size', () => {
    const cost = new CostModel()
    expect(cost.isKnown).toBe(false)
    for (let round = 0; round < 5; round++) cost.observe(4, 20)
    expect(cost.isKnown).toBe(true)
    expect(cost.fixedMs).toBeCloseTo(0)
    expect(cost.itemMs).toBeCloseTo(5)
  })

  it('forgets an old cost', () => {
    const cost = new CostModel()
    for (let round = 0; round < 50; round++) cost.observe(1 + (round % 8), 100)
    for (let round = 0; round < 400; round++) cost.observe(1 + (round % 8), 1)
    expect(cost.costMs(4)).toBeLessThan(1.5)
  })

  it('is never negative nor absurd, whatever it is told', () => {
    const batch = fc.record({
      size: fc.integer({ min: 1, max: 64 }),
      ms: fc.double({ min: 0, max: 1e4, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 100 }), (batches) => {
        const cost = new CostModel()
        for (const { size, ms } of batches) cost.observe(size, ms)
        expect(cost.fixedMs).toBeGreaterThanOrEqual(0)
        expect(cost.itemMs).toBeGreaterThanOrEqual(0)
        expect(cost.costMs(1)).toBeLessThanOrEqual(Math.max(...batches.map(({ ms }) => ms)) + 1e-6)
      }),
    )
  })
})

describe('ArrivalRate', () => {
  it('knows nothing until two tasks came, then follows the interval', () => {
    const rate = new ArrivalRate()
    rate.observe(0)
    expect(rate.intervalMs).toBe(0)
    for (let ms = 2; ms < 200; ms += 2) rate.observe(ms)
    expect(rate.intervalMs).toBeCloseTo(2)
    expect(rate.taskIntervalMs).toBeCloseTo(2)
  })
  it('counts the tasks of one turn as one arrival, and each of them as a task', () => {
    const rate = new ArrivalRate()
    for (let ms = 0; ms < 2000; ms += 2) {
      rate.observe(ms)
      for (let task = 1; task < 4; task++) rate.joined()
    }
    expect(rate.intervalMs).toBeCloseTo(2)
    expect(rate.taskIntervalMs).toBeCloseTo(0.5)
  })
})

describe('mayPrefetch', () => {
  const quick = { queued: 100, maxBatchSize: 1, replicas: 1, heldBatches: 1, fullBatchMs: 0.1 }
  it('gives a quick worker about 1 ms of work', () => {
    expect(mayPrefetch({ ...quick, heldBatches: 9 })).toBe(true)
    expect(mayPrefetch({ ...quick, heldBatches: 10 })).toBe(false)
  })
  it('gives a slow worker nothing extra', () => {
    expect(mayPrefetch({ ...quick, fullBatchMs: 20 })).toBe(false)
  })
  it('gives a batching worker the next full batch, when each replica has one waiting', () => {
    const gpu = { queued: 64, maxBatchSize: 32, replicas: 2, heldBatches: 1, fullBatchMs: 20 }
    expect(mayPrefetch(gpu)).toBe(true)
    expect(mayPrefetch({ ...gpu, queued: 63 })).toBe(false)
    expect(mayPrefetch({ ...gpu, heldBatches: 2 })).toBe(false)
  })
  it('gives nothing while the cost is unknown', () => {
    expect(mayPrefetch({ ...quick, fullBatchMs: undefined })).toBe(false)
  })
})
