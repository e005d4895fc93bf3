import { FakeClock } from '@mosec/core/testing'
import { describe, expect, it } from 'vitest'
import type { RecycleLimits } from '../recycle-options.ts'
import { type Due, RecycleWatch } from './recycle-watch.ts'

function watched(limits: Partial<RecycleLimits>, random = 0) {
  const clock = new FakeClock()
  const dues: Due[] = []
  const tooLow: number[] = []
  const memory = { rssBytes: 100 as number | undefined }
  const watch = new RecycleWatch({
    limits: { maxBatches: Infinity, maxAgeMs: Infinity, maxRssBytes: Infinity, maxGauges: {}, ...limits },
    clock,
    readRss: () => memory.rssBytes,
    onDue: (due) => dues.push(due),
    onTooLow: (rssBytes) => tooLow.push(rssBytes),
    random: () => random,
  })
  return { clock, dues, tooLow, memory, watch }
}

describe('RecycleWatch', () => {
  it('counts batches, and says it once', () => {
    const { clock, dues, watch } = watched({ maxBatches: 3 })
    clock.advance(50)
    watch.sent()
    watch.sent()
    expect(dues).toEqual([])
    watch.sent()
    watch.sent()
    expect(dues).toEqual([{ reason: 'batches', batches: 3, ageMs: 50, rssBytes: 100 }])
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    [0, 1000],
    [0.5, 950],
    [1, 900],
  ])('with %d by chance, an age of 1000 ms is reached after %d', (random, atMs) => {
    const { clock, dues } = watched({ maxAgeMs: 1000 }, random)
    clock.advance(atMs - 1)
    expect(dues).toEqual([])
    clock.advance(1)
    expect(dues).toMatchObject([{ reason: 'age', ageMs: atMs }])
  })

  it('hears when a gauge reaches its limit', () => {
    const { dues, watch } = watched({ maxGauges: { leaked_tensors: 10 } })
    watch.reported({ gauges: { leaked_tensors: 9, tensors: 100 } })
    watch.reported({})
    expect(dues).toEqual([])
    watch.reported({ gauges: { leaked_tensors: 10 } })
    watch.reported({ gauges: { leaked_tensors: 11 } })
    expect(dues).toMatchObject([{ reason: 'gauge' }])
  })

  it('looks at the memory every second', () => {
    const { clock, dues, memory } = watched({ maxRssBytes: 200 })
    clock.advance(5_000)
    memory.rssBytes = undefined
    clock.advance(1_000)
    memory.rssBytes = 200
    expect(dues).toEqual([])
    clock.advance(1_000)
    expect(dues).toEqual([{ reason: 'rss', batches: 0, ageMs: 7_000, rssBytes: 200 }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves the memory alone when a fresh process takes too much already: it would be replaced for ever', () => {
    const { clock, dues, tooLow } = watched({ maxRssBytes: 100, maxBatches: 10 })
    expect(tooLow).toEqual([100])
    clock.advance(100_000)
    expect(dues).toEqual([])
  })

  it('the first reason counts, and none does after stop', () => {
    const { clock, dues, watch, memory } = watched({ maxRssBytes: 200, maxAgeMs: 500, maxBatches: 1 })
    watch.stop()
    memory.rssBytes = 300
    watch.sent()
    clock.advance(10_000)
    expect(dues).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })
})
