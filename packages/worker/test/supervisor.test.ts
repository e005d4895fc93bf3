import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, test } from 'vitest'
import { fixture, isAlive, SupervisorRig } from './supervisor-rig.ts'

test.concurrent('start: ready, described, connected, with its environment; stop: gone', async () => {
  await using rig = new SupervisorRig()
  expect(rig.supervisor.state).toBe('stopped')
  const info = await rig.supervisor.start()
  expect(info).toMatchObject({ kind: 'single', name: 'Fixture', readsAnyType: true, isStream: false })
  expect(rig.infos).toEqual([info])
  expect(rig.supervisor.state).toBe('ready')
  expect(rig.spy.connection.replica).toBe(2)
  expect(await rig.ask(1, 'hello')).toBe('hello')
  expect(await rig.ask(2, 'env')).toBe('red')
  expect(await rig.ask(3, 'place')).toBe('false')

  const pid = Number(await rig.ask(4, 'pid'))
  expect(pid).toBe(rig.supervisor.pid)
  await Promise.all([rig.supervisor.stop({ graceMs: 5_000 }), rig.supervisor.stop({ graceMs: 5_000 })])
  expect(isAlive(pid)).toBe(false)
  expect(rig.states).toEqual(['starting', 'ready', 'stopping', 'stopped'])
  expect(rig.spy.said.filter((what) => what === 'closed')).toHaveLength(1)
})

test.concurrent.each([
  ['load-throws', 'load of worker Fixture failed: Cannot find package', 'replica.mjs'],
  ['setup-throws', 'set-up of worker Fixture failed: no weights', 'replica.mjs'],
  ['warm-up-throws', 'warm-up of worker Fixture failed: wrong shape', 'replica.mjs'],
  ['connect-throws', 'connect of worker Fixture failed: connect ENOENT', 'ENOENT'],
])('%s: start rejects with the user’s error', async (trouble, words, stack) => {
  await using rig = new SupervisorRig([trouble])
  const error = await rig.supervisor.start().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StartError)
  expect(error).toMatchObject({ code: 'start_error', message: expect.stringContaining(words) })
  expect(error).toMatchObject({ message: expect.stringMatching(/^stage 'test', replica 2: /) })
  expect(error instanceof Error && error.cause).toMatchObject({ stack: expect.stringContaining(stack) })
  expect(rig.states).toEqual(['starting', 'stopped'])
  expect(rig.supervisor.pid).toBeUndefined()
})

test.concurrent.each([
  ['3', /exited with code 3 before it was ready$/],
  ['0', /exited with code 0 before it was ready: its main module ended and never reached server\.run\(\)/],
  ['signal', /was killed by SIGKILL before it was ready$/],
])('a process that ends (%s) before it is ready', async (how, words) => {
  await using rig = new SupervisorRig([], {
    launch: {
      isolation: 'process',
      modulePath: fixture('ends.mjs'),
      args: [how],
      execArgv: [],
      env: process.env,
    },
  })
  await expect(rig.supervisor.start()).rejects.toThrow(words)
  expect(rig.states).toEqual(['starting', 'stopped'])
})

test.concurrent('no address to be had: start says so', async () => {
  await using rig = new SupervisorRig([], {
    transport: {
      listen: () => Promise.reject(new Error('EACCES: no such permission')),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  })
  await expect(rig.supervisor.start()).rejects.toThrow(
    /^stage 'test', replica 2: its process could not be started: EACCES/,
  )
})

test.concurrent('a start that takes too long is ended, and names the option', async () => {
  await using rig = new SupervisorRig(['setup-hangs'], { startTimeoutMs: 50, killGraceMs: 10 })
  await expect(rig.supervisor.start()).rejects.toThrow(/not ready after 50 ms; raise startTimeoutMs/)
  expect(rig.supervisor.state).toBe('stopped')
})

test.concurrent('a start that takes long is told in the log, by stage and replica, and no longer than it lasts', async () => {
  const clock = new FakeClock()
  await using rig = new SupervisorRig(['setup-hangs'], { clock })
  const refused = expect(rig.supervisor.start()).rejects.toThrow(StartError)
  await expect.poll(() => clock.pendingTimers).toBe(1)
  clock.advance(30_000)
  expect(rig.lines).toEqual([
    { message: expect.stringContaining('not ready after 10 s'), fields: { stage: 'test', replica: 2 } },
    { message: expect.stringContaining('not ready after 30 s'), fields: { stage: 'test', replica: 2 } },
  ])
  await rig.supervisor.stop({ graceMs: 0 })
  await refused
  clock.advance(3_600_000)
  expect(rig.lines).toHaveLength(2)
})

test.concurrent('a start that is aborted rejects with the reason, and leaves nothing', async () => {
  await using rig = new SupervisorRig(['setup-hangs'])
  const controller = new AbortController()
  const started = rig.supervisor.start(controller.signal)
  controller.abort(new Error('changed my mind'))
  await expect(started).rejects.toThrow('changed my mind')
  expect(rig.supervisor.state).toBe('stopped')
})

test.concurrent('stop during the start', async () => {
  await using rig = new SupervisorRig(['setup-hangs'], { killGraceMs: 10 })
  const started = rig.supervisor.start()
  const refused = expect(started).rejects.toThrow(StartError)
  await rig.supervisor.stop({ graceMs: 60_000 })
  await refused
  expect(rig.states).toEqual(['starting', 'stopping', 'stopped'])
})

test.concurrent('a replica that dies is started again, its connection closed once, after its last replies', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.send(1, 'answer, then die')
  await rig.until(() => rig.spies.length === 2)
  const [first] = rig.spies
  expect(first?.text(1)).toBe('last words')
  expect(first?.said).toEqual(['reply', 'closed'])
  await rig.until(() => rig.supervisor.state === 'ready')
  expect(rig.states).toEqual(['starting', 'ready', 'backoff', 'starting', 'ready'])
  expect(rig.changes[2]).toEqual({
    stage: 'test',
    replica: 2,
    state: 'backoff',
    restarts: 0,
    reason: 'was killed by SIGKILL',
    deaths: 1,
    retryInMs: 5,
  })
  expect(rig.changes[4]).toMatchObject({ state: 'ready', restarts: 1, deaths: 1 })
  expect(rig.infos).toHaveLength(2)
  expect(await rig.ask(1, 'it still works')).toBe('it still works')
})

test.concurrent('an uncaught exception is told to the log, and ends the process', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.send(1, 'uncaught')
  await rig.until(() => rig.states.includes('backoff'))
  expect(rig.changes[2]).toMatchObject({ reason: 'exited with code 1' })
  expect(rig.lines[0]).toMatchObject({
    message: 'uncaughtException in the replica, which ends',
    fields: { stage: 'test', replica: 2, error: { message: 'nobody catches this' } },
  })
  await rig.until(() => rig.supervisor.state === 'ready')
  expect(await rig.ask(1, 'it still works')).toBe('it still works')
})

test.concurrent('a restart that fails is one more death: it goes on, with longer waits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-worker-test-'))
  const flag = join(folder, 'flag')
  await using rig = new SupervisorRig(['setup-throws-while', flag])
  await rig.supervisor.start()
  await writeFile(flag, '')
  rig.spy.send(1, 'die')
  await rig.until(() => rig.supervisor.restarts === 2)
  await rm(folder, { recursive: true })
  await rig.until(() => rig.spies.length === 2)
  expect(rig.lines.map(({ message }) => message)).toContain('the replica did not start again')
  expect(rig.lines.map(({ message }) => message)).toContainEqual(expect.stringContaining('again in 10 ms'))
  expect(await rig.ask(1, 'it still works')).toBe('it still works')
})

test.concurrent('a replica that hangs is killed and started again', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.send(1, 'hang')
  rig.supervisor.kill()
  await rig.until(() => rig.spies.length === 2)
  expect(rig.spies[0]?.said).toEqual(['closed'])
  expect(await rig.ask(1, 'it still works')).toBe('it still works')
})

test.concurrent.each([
  ['in forward', [], 'hang'],
  ['in teardown', ['teardown-hangs'], 'no command'],
])('a replica that hangs %s at the stop is killed', async (_, trouble, text) => {
  await using rig = new SupervisorRig(trouble)
  await rig.supervisor.start()
  const pid = rig.supervisor.pid ?? 0
  rig.spy.send(1, text)
  await rig.supervisor.stop({ graceMs: 50 })
  expect(isAlive(pid)).toBe(false)
  expect(rig.supervisor.state).toBe('stopped')
  expect(rig.spy.closedReason).toBeDefined()
})

test.concurrent('a stop in the back-off does not start it again', async () => {
  await using rig = new SupervisorRig([], { restart: { firstMs: 60_000, maxMs: 60_000, healthyMs: 60_000 } })
  await rig.supervisor.start()
  rig.spy.send(1, 'die')
  await rig.until(() => rig.supervisor.state === 'backoff')
  await rig.supervisor.stop({ graceMs: 1_000 })
  expect(rig.states).toEqual(['starting', 'ready', 'backoff', 'stopping', 'stopped'])
})

test.concurrent('a connection that the parent closes ends its process, and a new one comes', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.connection.close()
  expect(rig.spy.said).toEqual(['closed'])
  await rig.until(() => rig.spies.length === 2)
  expect(await rig.ask(1, 'it still works')).toBe('it still works')
})

test.concurrent('a cancelled task is aborted in the replica', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.send(1, 'wait for abort')
  await rig.until(() => rig.lines.length > 0)
  rig.spy.connection.cancel(1)
  await rig.until(() => rig.spy.replies.length > 0)
  expect(rig.spy.replies).toMatchObject([{ id: 1, code: 'cancelled' }])
  expect(await rig.ask(2, 'it still works')).toBe('it still works')
})

test.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
  '%s is for the parent: the replica goes on',
  async (signal) => {
    await using rig = new SupervisorRig()
    await rig.supervisor.start()
    process.kill(rig.supervisor.pid ?? 0, signal)
    expect(await rig.ask(1, 'it still works')).toBe('it still works')
    expect(rig.states).toEqual(['starting', 'ready'])
  },
)

test.concurrent('what the worker logs comes out of the parent’s log', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  expect(await rig.ask(1, 'log')).toBe('logged')
  await rig.until(() => rig.lines.length > 0)
  expect(rig.lines).toMatchObject([
    {
      message: 'from the worker',
      fields: { stage: 'test', replica: 2, big: '1', error: { message: 'with a cause' } },
    },
  ])
})

test.concurrent('an observer that throws is contained', async () => {
  await using rig = new SupervisorRig([], {
    observer: {
      replicaChanged: () => {
        throw new Error('broken metrics')
      },
    },
  })
  await rig.supervisor.start()
  expect(await rig.ask(1, 'it still works')).toBe('it still works')
  expect(rig.lines[0]).toMatchObject({ message: 'an observer threw' })
})

test.concurrent('a supervisor is disposable, and disposing it twice is harmless', async () => {
  const rig = new SupervisorRig()
  await rig.supervisor.start()
  await rig.supervisor[Symbol.asyncDispose]()
  await rig.supervisor[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
  expect(rig.supervisor.state).toBe('stopped')
})
