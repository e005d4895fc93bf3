import { expect, test } from 'vitest'
import { SupervisorRig } from './supervisor-rig.ts'

const restart = { firstMs: 5, maxMs: 20, healthyMs: 60_000 }

/** Kills its process once more, and waits for the next life. */
async function die(rig: SupervisorRig): Promise<void> {
  const lives = rig.spies.length
  rig.spy.send(1, 'die')
  await rig.until(() => rig.spies.length > lives && rig.supervisor.state === 'ready')
}

test.concurrent('deaths in a row are counted, and from the third on they are errors', async () => {
  await using rig = new SupervisorRig([], { restart })
  await rig.supervisor.start()
  for (let n = 0; n < 3; n++) await die(rig)
  const deaths = rig.changes.filter(({ state }) => state === 'backoff')
  expect(deaths.map(({ deaths, retryInMs, restarts }) => [deaths, retryInMs, restarts])).toEqual([
    [1, 5, 0],
    [2, 10, 1],
    [3, 20, 2],
  ])
  const last = rig.lines.find(({ message }) => message.includes('death 3 in a row'))
  expect(last?.fields).toEqual({ stage: 'test', replica: 2, deaths: 3, restarts: 2, retryInMs: 20 })
  expect(rig.changes.at(-1)).toMatchObject({ state: 'ready', deaths: 3, restarts: 3 })
})

test.concurrent('they are forgotten when it has lived long enough, which is told', async () => {
  await using rig = new SupervisorRig([], { restart: { ...restart, healthyMs: 50 } })
  await rig.supervisor.start()
  await die(rig)
  await rig.until(() => rig.changes.at(-1)?.deaths === 0)
  expect(rig.changes.at(-1)).toMatchObject({ state: 'ready', restarts: 1, deaths: 0 })
})

test.concurrent('the log says why a replica that did not answer in time is dead', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.send(1, 'hang')
  rig.spy.connection.close()
  await rig.until(() => rig.states.includes('backoff'))
  expect(rig.changes[2]).toMatchObject({ reason: 'was killed by SIGKILL: it did not answer in time' })
})

test.concurrent('process.exit() in the code of the worker: the log names it and who called it', async () => {
  await using rig = new SupervisorRig()
  await rig.supervisor.start()
  rig.spy.send(1, 'exit')
  await rig.until(() => rig.states.includes('backoff'))
  expect(rig.changes[2]).toMatchObject({ reason: 'exited with code 3' })
  const line = rig.lines.find(({ message }) => message === 'the code of the worker ends the replica')
  expect(line?.fields).toMatchObject({
    error: {
      message: expect.stringContaining('process.exit(3)'),
      stack: expect.stringContaining('replica.mjs'),
    },
  })
})
