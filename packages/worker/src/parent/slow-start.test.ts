import { silentLogger } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { tellSlowStart } from './slow-start.ts'

it('tells of a replica that is not ready for long: soon, then ever less often, until it is', () => {
  const clock = new FakeClock()
  const told: [number, string, unknown][] = []
  const logger = {
    ...silentLogger,
    info: (text: string, fields: unknown) => told.push([clock.now() / 1000, text, fields]),
  }
  const watch = tellSlowStart({ stage: 'embed', replica: 2, clock, logger })
  clock.advance(9_999)
  expect(told).toEqual([])
  clock.advance(1)
  const text = 'the replica is not ready after 10 s; its worker still loads, sets up or warms up'
  expect(told).toEqual([[10, text, { stage: 'embed', replica: 2 }]])
  clock.advance(3_590_000)
  const pauses = told.map(([at], index) => at - (told[index - 1]?.[0] ?? 0))
  expect(pauses).toEqual([10, 20, 40, 80, 160, ...Array(10).fill(300)].slice(0, pauses.length))
  expect(pauses.length).toBeGreaterThan(10)
  watch.cancel()
  expect(clock.pendingTimers).toBe(0)
})
