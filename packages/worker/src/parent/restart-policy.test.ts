import { FakeClock } from '@mosec/core/testing'
import { expect, test } from 'vitest'
import { RestartPolicy, restartDefaults } from './restart-policy.ts'

function policyAt(): { readonly policy: RestartPolicy; readonly clock: FakeClock } {
  const clock = new FakeClock()
  return { policy: new RestartPolicy(restartDefaults, clock), clock }
}

test('waits 100 ms, then twice as long each time, up to 10 s', () => {
  const { policy } = policyAt()
  const waits = Array.from({ length: 9 }, () => policy.died())
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
})

test('a healthy minute forgets the deaths before', () => {
  const { policy, clock } = policyAt()
  policy.died()
  policy.died()
  policy.ready()
  clock.advance(59_999)
  expect(policy.deaths).toBe(2)
  clock.advance(1)
  expect(policy.deaths).toBe(0)
  expect(policy.died()).toBe(100)
  expect(policy.died()).toBe(200)
  expect(policy.deaths).toBe(2)
})

test('one that answered tasks is started again soon, and its deaths are counted all the same', () => {
  const { policy } = policyAt()
  for (const hasAnswered of [false, false, false]) policy.died(hasAnswered)
  expect(policy.died(true)).toBe(100)
  expect(policy.deaths).toBe(4)
  expect(policy.died()).toBe(200)
  expect(policy.died(true)).toBe(100)
})

test('a life a little shorter than that does not', () => {
  const { policy, clock } = policyAt()
  policy.died()
  policy.ready()
  clock.advance(59_999)
  expect(policy.died()).toBe(200)
})

test('a start that never became ready is not healthy, however long it took', () => {
  const { policy, clock } = policyAt()
  policy.ready()
  expect(policy.died()).toBe(100)
  clock.advance(120_000)
  expect(policy.died()).toBe(200)
})
