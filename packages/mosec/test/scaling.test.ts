import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { admin, change, settled, startScaled, stateOf, TOKEN } from './admin-client.ts'
import { message, openStream } from './event-stream.ts'
import { openHold } from './held-request.ts'
import { childrenOf } from './running-processes.ts'
import { get, post, start } from './square-client.ts'
import { type ScaledAnswer, SteadyLoad } from './steady-load.ts'
import { tempFolder } from './temp-folder.ts'

const numbers = (answers: readonly ScaledAnswer[]): number[] =>
  [...new Set(answers.map(({ replica }) => replica))].sort()

describe.each(['process', 'thread', 'inline'])("live re-scaling, isolation '%s'", (ISOLATION) => {
  it('more and fewer replicas under a steady load: no failed request', async () => {
    await using program = await startScaled({ ISOLATION, REPLICAS: '1' })
    const load = new SteadyLoad(program)
    await load.more(20)

    expect(await change(program, { replicas: 3 })).toMatchObject({ replicas: 3 })
    await load.until((answers) => numbers(answers).length === 3)
    await settled(program, 3)
    expect((await get(program, '/metrics')).body).toMatch(/replica\{stage="Scaled_1",state="ready"\} 3/)

    await change(program, { replicas: 1 })
    await settled(program, 1)
    expect(numbers(await load.more(40))).toEqual([1])

    await change(program, { replicas: 2 })
    await load.until((answers) => numbers(answers.slice(-40)).length === 2)
    await load.stop()
    const { body } = await get(program, '/metrics')
    expect(body).toMatch(/stage_change_total\{stage="Scaled_1",setting="replicas"\} 3/)
    expect(body).toMatch(/replica_restart_total\{stage="Scaled_1"\} 0/)
    expect(body).toMatch(/retried_task_total\{stage="Scaled_1"\} 0/)
  })

  it('a replica that leaves finishes what it holds, the highest number first', async () => {
    await using hold = await openHold()
    await using program = await startScaled({ ISOLATION, REPLICAS: '2', MAX_BATCH_SIZE: '1' })
    const held = [post(program, { hold: hold.url }), post(program, { hold: hold.url })]
    const releases = [await hold.next(), await hold.next()]

    const state = await change(program, { replicas: 1 })
    expect(state).toMatchObject({ replicas: 1, states: { ready: 1, leaving: 1 }, running: 2 })
    for (const release of releases) release()
    const answers = await Promise.all(held)
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await settled(program, 1)
    const { body } = await post(program, {})
    expect(JSON.parse(body)).toMatchObject({ replica: 1 })
  })

  it('maxBatchSize: from the next batch, and what the worker is told', async () => {
    await using hold = await openHold()
    await using program = await startScaled({ ISOLATION, MAX_BATCH_SIZE: '1' })
    const first = post(program, { hold: hold.url })
    const release = await hold.next()
    const others = Array.from({ length: 6 }, () => post(program, {}))
    await expect.poll(async () => (await stateOf(program)).queued).toBe(6)

    expect(await change(program, { maxBatchSize: 6 })).toMatchObject({ maxBatchSize: 6, queued: 6 })
    release()
    expect((await first).status).toBe(200)
    const answers = (await Promise.all(others)).map(({ body }) => JSON.parse(body) as ScaledAnswer)
    expect(answers.map(({ size }) => size)).toEqual([6, 6, 6, 6, 6, 6])
    // The replica hears of it on another way than that of its batches.
    await expect
      .poll(async () => JSON.parse((await post(program, {})).body))
      .toMatchObject({ maxBatchSize: 6, size: 1 })
    expect((await post(program, {})).status).toBe(200)
  })

  it('a replica that is started later has the limits of now', async () => {
    await using program = await startScaled({ ISOLATION, MAX_BATCH_SIZE: '1' })
    await change(program, { maxBatchSize: 5 })
    await change(program, { replicas: 2 })
    const load = new SteadyLoad(program)
    await load.until((answers) => answers.some(({ replica }) => replica === 2))
    const ofSecond = load.take().filter(({ replica }) => replica === 2)
    expect(new Set(ofSecond.map(({ maxBatchSize }) => maxBatchSize))).toEqual(new Set([5]))
    await load.stop()
  })
})

describe('live re-scaling', () => {
  it('maxWaitMs: a batch that waits is asked about again at once', async () => {
    await using program = await startScaled({ MAX_WAIT_MS: '60000' }, { flags: ['--timeout', '60000'] })
    const waiting = post(program, {})
    await expect.poll(async () => (await stateOf(program)).queued).toBe(1)
    expect(await stateOf(program)).toMatchObject({ maxWaitMs: 60_000, policy: 'window' })
    expect(await change(program, { maxWaitMs: null })).toMatchObject({ maxWaitMs: null, policy: 'adaptive' })
    expect((await waiting).status).toBe(200)
    expect(await change(program, { maxWaitMs: 3 })).toMatchObject({ maxWaitMs: 3, policy: 'window' })
    expect((await post(program, {})).status).toBe(200)
  })

  it('drained: new requests are refused, readiness says so, what was admitted finishes; then it serves again', async () => {
    await using hold = await openHold()
    await using program = await startScaled({ MAX_BATCH_SIZE: '1' })
    const running = post(program, { hold: hold.url })
    const release = await hold.next()
    const queued = post(program, {})
    await expect.poll(async () => (await stateOf(program)).queued).toBe(1)

    expect(await change(program, { drained: true })).toMatchObject({ drained: true, queued: 1, running: 1 })
    const refused = await post(program, {})
    expect(refused).toMatchObject({ status: 503, body: expect.stringContaining('maintenance') })
    expect(refused.headers.get('retry-after')).toBe('1')
    const ready = await get(program, '/health/ready')
    expect([ready.status, JSON.parse(ready.body)]).toMatchObject([
      503,
      { status: 'degraded', notReady: [{ stage: 'Scaled_1', isDrained: true }] },
    ])
    expect((await get(program, '/health/live')).status).toBe(200)

    release()
    expect([(await running).status, (await queued).status]).toEqual([200, 200])
    expect(await stateOf(program)).toMatchObject({ queued: 0, running: 0, states: { ready: 1 } })

    expect(await change(program, { drained: false })).toMatchObject({ drained: false })
    expect((await post(program, {})).status).toBe(200)
    expect((await get(program, '/health/ready')).status).toBe(200)
  })

  it('each replica has its own entry of env, also one that comes later; beyond the last one is refused', async () => {
    await using program = await startScaled({ DEVICES: 'cuda:0,cuda:1' })
    await change(program, { replicas: 2 })
    const load = new SteadyLoad(program)
    await load.until((answers) => numbers(answers).length === 2)
    expect(new Set(load.take().map(({ replica, device }) => `${replica} ${device}`))).toEqual(
      new Set(['1 cuda:0', '2 cuda:1']),
    )
    const refused = await admin(program, '/stages/Scaled_1', { method: 'PATCH', body: '{"replicas": 3}' })
    expect([refused.status, await refused.text()]).toEqual([
      422,
      'stage option env takes one entry per replica: 3 expected, got 2',
    ])
    expect(await stateOf(program)).toMatchObject({ replicas: 2 })
    await load.stop()
  })

  it('a replica that cannot start is tried again, until it can or is not wanted; the others serve', async () => {
    await using temp = await tempFolder()
    const broken = join(temp.path, 'broken')
    await using program = await startScaled({ BROKEN_SETUP: broken })
    const load = new SteadyLoad(program)
    await writeFile(broken, '')
    await change(program, { replicas: 3 })
    for (const number of [2, 3]) {
      await program.logged(
        ({ msg }) => msg?.startsWith(`stage Scaled_1 goes on without replica ${number}`) === true,
      )
    }
    await change(program, { replicas: 2 })
    await rm(broken)
    await settled(program, 2)
    await load.until((answers) => numbers(answers).length === 2)
    await load.stop()
    expect(childrenOf(program.pid)).toHaveLength(2)
    expect((await get(program, '/metrics')).body).toMatch(/replica\{stage="Scaled_1",state="backoff"\} 0/)
    expect(JSON.parse((await get(program, '/health/ready')).body)['failing'] ?? []).toEqual([])
  })

  it('kill -9 of a replica that leaves: its task is computed elsewhere', async () => {
    await using hold = await openHold()
    await using program = await startScaled(
      { REPLICAS: '2', MAX_BATCH_SIZE: '1' },
      { flags: ['--timeout', '60000'] },
    )
    const load = new SteadyLoad(program)
    await load.until((answers) => numbers(answers).length === 2)
    const leaver = load.take().find(({ replica }) => replica === 2)?.pid ?? 0
    await load.stop()
    const held = [post(program, { hold: hold.url }), post(program, { hold: hold.url })]
    const releases = [await hold.next(), await hold.next()]
    expect(await change(program, { replicas: 1 })).toMatchObject({ states: { ready: 1, leaving: 1 } })

    process.kill(leaver, 'SIGKILL')
    for (const release of releases) release()
    const again = await hold.next()
    again()
    for (const { status, body } of await Promise.all(held)) {
      expect([status, JSON.parse(body)]).toMatchObject([200, { replica: 1 }])
    }
    await settled(program, 1)
    expect((await get(program, '/metrics')).body).toMatch(/replica_restart_total\{stage="Scaled_1"\} 0/)
  })

  it('a stream goes to its end when its replica leaves', async () => {
    await using hold = await openHold()
    await using program = await start('streams', { env: { MOSEC_ADMIN: TOKEN } })
    const streams = await Promise.all(
      ['a', 'b'].map((word) => openStream(program, { words: [word], hold: hold.url })),
    )
    const releases = [await hold.next(), await hold.next()]
    expect(await Promise.all(streams.map((stream) => stream.next()))).toEqual([message('a'), message('b')])
    const response = await admin(program, '/stages/Teller_1', { method: 'PATCH', body: '{"replicas": 1}' })
    expect([response.status, await response.json()]).toMatchObject([
      202,
      { states: { ready: 1, leaving: 1 } },
    ])
    for (const release of releases) release()
    expect(await Promise.all(streams.map((stream) => stream.rest()))).toEqual([[], []])
    await expect
      .poll(async () => (await admin(program, '/stages/Teller_1')).json(), { timeout: 20_000 })
      .toMatchObject({ states: { ready: 1, leaving: 0 }, running: 0 })
  })
})
