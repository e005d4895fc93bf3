import { silentLogger } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { RefusalLog } from './refusal-log.ts'

it('tells the first refusal at once, and those of each minute after it as one number', () => {
  const clock = new FakeClock()
  const told: unknown[] = []
  const log = new RefusalLog({
    clock,
    logger: { ...silentLogger, warning: (_, fields) => told.push(fields) },
  })
  for (let count = 0; count < 1000; count++) log.add()
  expect(told).toEqual([{ requests: 1 }])
  clock.advance(60_000)
  expect(told).toEqual([{ requests: 1 }, { requests: 999 }])
  clock.advance(600_000)
  log.add()
  expect(told).toEqual([{ requests: 1 }, { requests: 999 }, { requests: 1 }])
})
