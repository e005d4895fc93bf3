/** `--ingress`: HTTP in processes of its own, which come and go while the scheduler stays. */

import { Agent, request } from 'node:http'
import type { Program } from 'mosec/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStream } from './event-stream.ts'
import { openHold } from './held-request.ts'
import { runToEnd } from './run-to-end.ts'
import { childrenOf, isRunning } from './running-processes.ts'
import { get, post, start } from './square-client.ts'

let program: Program
beforeEach(async () => {
  program = await start('ingress', { flags: ['--ingress', '2', '--timeout', '60000'] })
})
afterEach(async () => {
  await program[Symbol.asyncDispose]()
})

/** On a connection of its own. */
function getAlone(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(`${program.url}${path}`, { agent: new Agent() }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      response.on('end', () => resolve(body))
    })
    sent.on('error', reject).end()
  })
}

const ingressPid = async (): Promise<number> => Number(await getAlone('/pid'))
const stillWorks = async (): Promise<void> => {
  expect((await post(program, { text: 'still' })).body).toBe('{"text":"still"}')
}

describe('ingress processes', () => {
  it('get connections in turn, and none is the server itself', async () => {
    const pids = [await ingressPid(), await ingressPid(), await ingressPid(), await ingressPid()]
    expect(new Set(pids).size).toBe(2)
    expect(pids[2]).toBe(pids[0])
    expect(pids).not.toContain(program.pid)
    expect(childrenOf(program.pid)).toEqual(expect.arrayContaining(pids))
  })

  it('run handlers of the user and of plugins; observers and hooks stay with the server', async () => {
    expect(await getAlone('/mine')).toBe('from the plugin')
    await stillWorks()
    const answered = await program.logged(({ msg }) => msg === 'answered')
    expect(answered).toMatchObject({ pid: program.pid, endpoint: '/inference', status: 200 })
    const started = program.log.filter(({ msg }) => msg === 'plugin started')
    expect(started).toEqual([{ msg: 'plugin started', pid: program.pid }])
    // Once in the server, once in each ingress.
    expect(program.log.filter(({ msg }) => msg === 'set up')).toHaveLength(3)
  })

  it('let handlers submit values, and close the whole server', async () => {
    expect(await post(program, { text: 'value' }, '/submit')).toMatchObject({ body: '{"text":"value"}' })
    expect((await post(program, {}, '/close')).body).toBe('closing')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  })

  it('count the same in one page of metrics', async () => {
    for (let n = 0; n < 6; n++) {
      await ingressPid()
      await stillWorks()
    }
    // An ingress tells of its answers with its next task, or a little later.
    const page = async (): Promise<string> => (await get(program, '/metrics')).body
    await expect.poll(page).toMatch(/throughput_total\{code="200",endpoint="\/inference"\} 6\n/)
  })

  it('cancel what they leave behind when killed, start again, and the others go on', async () => {
    await using hold = await openHold()
    const killed = await ingressPid()
    const other = await ingressPid()
    const lost = post(program, { text: 'lost', hold: hold.url }).catch(() => 'connection lost')
    await hold.next()
    process.kill(killed, 'SIGKILL')
    expect(await lost).toBe('connection lost')
    await program.logged(({ msg, text }) => msg === 'aborted' && text === 'lost')
    await program.logged(({ msg }) =>
      /^ingress \d was killed by SIGKILL; it is started again in 100 ms$/.test(msg ?? ''),
    )
    expect(await ingressPid()).not.toBe(killed)
    await expect.poll(async () => new Set([await ingressPid(), await ingressPid()]).size).toBe(2)
    expect(isRunning(other)).toBe(true)
    await stillWorks()
  })

  it('keep clients waiting while all of them start again, and answer them', async () => {
    for (const pid of new Set([await ingressPid(), await ingressPid()])) process.kill(pid, 'SIGKILL')
    await program.logged(({ msg }) => msg?.startsWith('ingress 1 was killed') === true)
    await program.logged(({ msg }) => msg?.startsWith('ingress 2 was killed') === true)
    await stillWorks()
  })

  it('are ended also while they start again', async () => {
    process.kill(await ingressPid(), 'SIGKILL')
    await program.logged(({ msg }) => msg?.includes('it is started again') === true)
    // One more than the replicas and the other ingress: it has not said hello yet.
    await expect.poll(() => childrenOf(program.pid).length, { interval: 5 }).toBe(5)
    const children = childrenOf(program.pid)
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(children.filter(isRunning)).toEqual([])
  })

  it('hold a stream back that its reader does not read', async () => {
    const stream = await openStream(program, { bytes: 16 * 1024 }, { path: '/endless' })
    await stream.next()
    const yielded = (): number => program.log.filter(({ msg }) => msg === 'yielded').length
    let before = -1
    // No more comes in a second: the generator waits.
    await expect
      .poll(
        () => {
          const isStill = yielded() === before
          before = yielded()
          return isStill
        },
        { interval: 1000, timeout: 20_000 },
      )
      .toBe(true)
    const held = yielded()
    for (let n = 0; n < 3000; n++) await stream.next()
    expect(yielded()).toBeGreaterThan(held)
    stream.leave()
    await stillWorks()
  })
})

describe('kill -9 of the server', () => {
  it('ends its ingress processes within 2 seconds, also one whose handler never comes back', async () => {
    const pids = [await ingressPid(), await ingressPid()]
    getAlone('/loop').catch(() => {})
    await program.logged(({ msg }) => msg === 'looping')
    process.kill(program.pid, 'SIGKILL')
    const killedMs = performance.now()
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([])
    expect(performance.now() - killedMs).toBeLessThan(3000)
  })
})

it('a main module that breaks in an ingress stops the start with one line and code 1', async () => {
  const { code, errors } = await runToEnd('ingress-broken', ['--ingress', '2', '--port', '0'])
  expect(code).toBe(1)
  expect(errors).toContain(
    'ingress 2, where the main module runs again, exited with code 1 before it was ready',
  )
})
