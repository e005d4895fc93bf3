import { silentLogger } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { RefusalLog } from './refusal-log.ts'

it('says at once that requests are refused, then once a minute how many', () => {
  const clock = new FakeClock()
  const lines: string[] = []
  const log = new RefusalLog(clock, { ...silentLogger, warning: (line) => lines.push(line) })
  for (let second = 0; second < 150; second++) {
    log.refused('/inference', second % 2 === 0 ? 'overloaded' : 'queue_full')
    log.refused('/inference', 'shutting_down')
    clock.advance(1000)
  }
  expect(lines).toEqual([
    'more comes than can be done: 1 requests refused',
    'more comes than can be done: 60 requests refused, since this was last said',
    'more comes than can be done: 60 requests refused, since this was last said',
  ])
})
