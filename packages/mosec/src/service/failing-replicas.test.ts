import { FakeClock } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { FailingReplicas } from './failing-replicas.ts'

const of = { stage: 'a', replica: 2 }

it('lists who died, with the time until the next try, until the deaths are forgotten', () => {
  const clock = new FakeClock()
  const failing = new FailingReplicas(clock)
  failing.replicaChanged({ ...of, state: 'ready', restarts: 0 })
  expect(failing.list()).toEqual([])

  failing.replicaChanged({
    ...of,
    state: 'backoff',
    restarts: 0,
    deaths: 1,
    retryInMs: 100,
    reason: 'secret',
  })
  clock.advance(30)
  expect(failing.list()).toEqual([{ ...of, state: 'backoff', deaths: 1, restarts: 0, retryInMs: 70 }])
  clock.advance(100)
  expect(failing.list()).toMatchObject([{ retryInMs: 0 }])

  failing.replicaChanged({ ...of, state: 'ready', restarts: 1, deaths: 1 })
  expect(failing.list()).toEqual([{ ...of, state: 'ready', deaths: 1, restarts: 1 }])
  failing.replicaChanged({ ...of, state: 'ready', restarts: 1, deaths: 0 })
  expect(failing.list()).toEqual([])
})

it('forgets one that is stopped', () => {
  const failing = new FailingReplicas(new FakeClock())
  failing.replicaChanged({ ...of, state: 'backoff', restarts: 0, deaths: 1, retryInMs: 100 })
  failing.replicaChanged({ ...of, state: 'stopped', restarts: 0, deaths: 1 })
  expect(failing.list()).toEqual([])
})
