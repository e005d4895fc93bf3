import { expect, test } from 'vitest'
import { deferred } from '../src/deferred.ts'
import { execArgv, fixture, isAlive, SupervisorRig } from './supervisor-rig.ts'

const launched = (colour: () => string) => ({
  launch: () => {
    return {
      isolation: 'process' as const,
      modulePath: fixture('replica.mjs'),
      args: [],
      execArgv,
      env: { ...process.env, FIXTURE_COLOUR: colour() },
    }
  },
})

test.concurrent('a stop waits until it is idle; until then it answers, and nobody is told that it is gone', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  const pid = Number(await rig.ask(1, 'pid'))
  const idle = deferred<void>()
  const stopped = rig.supervisor.stop({ graceMs: 5_000, whenIdle: idle.promise })
  expect(rig.supervisor.state).toBe('stopping')
  expect(await rig.ask(2, 'hello')).toBe('hello')
  expect(rig.spy.said).not.toContain('closed')
  idle.resolve()
  await stopped
  expect(isAlive(pid)).toBe(false)
  expect(rig.states).toEqual(['starting', 'ready', 'stopping', 'stopped'])
})

test.concurrent('one that dies while a stop waits for it is not started again, and the stop ends', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  const stopped = rig.supervisor.stop({ graceMs: 5_000, whenIdle: new Promise(() => {}) })
  rig.spy.send(1, 'die')
  await stopped
  expect(rig.spies).toHaveLength(1)
  expect(rig.spy.said).toEqual(['closed'])
  expect(rig.supervisor.restarts).toBe(0)
})

test.concurrent('the worker is told another batch size while it runs', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  expect(await rig.ask(1, 'size')).not.toBe('77')
  rig.supervisor.limit(77)
  // The control channel and the socket are two: ask until the message has come.
  for (let id = 2; (await rig.ask(id, 'size')) !== '77'; id++);
  expect(rig.states).toEqual(['starting', 'ready'])
})

test.concurrent('what is launched is asked anew at each start', async () => {
  let colour = 'red'
  await using rig = new SupervisorRig(
    [],
    launched(() => colour),
  )
  await rig.supervisor.start()
  expect(await rig.ask(1, 'env')).toBe('red')
  colour = 'blue'
  rig.supervisor.kill()
  await rig.until(() => rig.spies.length === 2 && rig.states.at(-1) === 'ready')
  expect(await rig.ask(2, 'env')).toBe('blue')
})

test.concurrent('a launch that throws is a start that fails', async () => {
  await using rig = new SupervisorRig([], {
    launch: () => {
      throw new Error('no main module')
    },
  })
  await expect(rig.supervisor.start()).rejects.toThrow('no main module')
  expect(rig.states).toEqual(['starting', 'stopped'])
})
