import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { settled, startScaled, stateOf } from './admin-client.ts'
import { type Hold, openHold } from './held-request.ts'
import { childrenOf, isRunning } from './running-processes.ts'
import { get, post } from './square-client.ts'
import { type ScaledAnswer, SteadyLoad } from './steady-load.ts'
import { tempFolder } from './temp-folder.ts'

type LogLine = Program['log'][number]

const isReplaced = ({ msg }: LogLine): boolean => /^replica \d was replaced by a fresh one$/.test(msg ?? '')

async function replacements(program: Program, count: number): Promise<LogLine[]> {
  await expect
    .poll(() => program.log.filter(isReplaced).length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(count)
  return program.log.filter(isReplaced)
}

async function metric(program: Program, name: string, labels: string): Promise<number> {
  const { body } = await get(program, '/metrics')
  const line = body.split('\n').find((one) => one.startsWith(`mosec_service_${name}{${labels}}`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

const oneOf = async (program: Program): Promise<ScaledAnswer> => JSON.parse((await post(program, {})).body)

describe.each(['process', 'thread', 'inline'])(
  "recycling under a steady load, isolation '%s'",
  (ISOLATION) => {
    it.each([
      ['batches', { maxBatches: 15 }],
      ['age', { maxAgeMs: 400 }],
    ])('by %s: no failed request, no restart', async (reason, recycle) => {
      await using program = await startScaled({ ISOLATION, REPLICAS: '2', RECYCLE: JSON.stringify(recycle) })
      const load = new SteadyLoad(program)
      const lines = await replacements(program, 3)
      expect(new Set(lines.map((line) => line['reason']))).toEqual(new Set([reason]))
      expect(lines[0]).toMatchObject({
        stage: 'Scaled_1',
        batches: expect.any(Number),
        ageMs: expect.any(Number),
        rssBytes: expect.any(Number),
      })
      await load.more(20)
      await load.stop()
      const labels = `stage="Scaled_1",reason="${reason}"`
      expect(await metric(program, 'replica_recycle_total', labels)).toBeGreaterThanOrEqual(3)
      expect(await metric(program, 'replica_restart_total', 'stage="Scaled_1"')).toBe(0)
      expect(await metric(program, 'retried_task_total', 'stage="Scaled_1"')).toBe(0)
    })
  },
)

describe('recycling', () => {
  it('by a gauge that the worker reports: the replica goes, and nobody fails', async () => {
    await using program = await startScaled({ RECYCLE: JSON.stringify({ maxGauges: { lost: 5 } }) })
    const load = new SteadyLoad(program, 2)
    const { pid } = await oneOf(program)
    expect((await post(program, { gauge: 5 })).status).toBe(200)
    const [line] = await replacements(program, 1)
    expect(line).toMatchObject({ replica: 1, reason: 'gauge' })
    await settled(program, 1)
    expect((await oneOf(program)).pid).not.toBe(pid)
    await load.stop()
  })

  it('by memory: the replica that has grown goes, and nobody fails', async () => {
    const RECYCLE = JSON.stringify({ maxRssBytes: 300_000_000 })
    await using program = await startScaled({ RECYCLE })
    const load = new SteadyLoad(program, 2)
    const { pid } = await oneOf(program)
    expect((await post(program, { keepBytes: 300_000_000 })).status).toBe(200)
    const [line] = await replacements(program, 1)
    expect(line).toMatchObject({ replica: 1, reason: 'rss' })
    expect(Number(line?.['rssBytes'])).toBeGreaterThan(300_000_000)
    await settled(program, 1)
    const after = await oneOf(program)
    expect(after).toMatchObject({ replica: 1 })
    expect(after.pid).not.toBe(pid)
    expect(isRunning(pid)).toBe(false)
    await load.stop()
  })

  it('a limit of memory that a fresh replica passes already is told, and does nothing', async () => {
    await using program = await startScaled({ RECYCLE: '{"maxRssBytes": 1000}' })
    const line = await program.logged(({ msg }) => msg?.startsWith('recycle.maxRssBytes is less') === true)
    expect(line).toMatchObject({ replica: 1, maxRssBytes: 1000, rssBytes: expect.any(Number) })
    expect((await post(program, {})).status).toBe(200)
  })

  it('one at a time, with the number and the environment of the one before; never fewer than there were', async () => {
    await using hold = await openHold()
    const env = { REPLICAS: '2', DEVICES: 'a,b', RECYCLE: '{"maxBatches": 5}' }
    await using program = await startHeld(hold, env)
    const load = new SteadyLoad(program)
    const succeed = await hold.next()
    // Both are due by now.
    await load.more(100)
    expect(childrenOf(program.pid)).toHaveLength(3)
    expect((await stateOf(program)).states).toEqual({ ready: 2, starting: 0, backoff: 0, leaving: 0 })
    succeed()
    const succeedNext = await hold.next()
    expect(program.log.filter(isReplaced)).toHaveLength(1)
    succeedNext()
    const lines = await replacements(program, 2)
    expect(new Set(lines.map((line) => line['replica']))).toEqual(new Set([1, 2]))
    const answers = await load.more(40)
    await load.stop()
    expect(new Set(answers.map(({ replica, device }) => `${replica} ${device}`))).toEqual(
      new Set(['1 a', '2 b']),
    )
  })

  it('kill -9 of the old one while its successor is set up: requests wait for that, none fails', async () => {
    await using hold = await openHold()
    await using program = await startHeld(hold, { RECYCLE: '{"maxBatches": 20}' })
    const { pid } = await oneOf(program)
    const load = new SteadyLoad(program)
    const succeed = await hold.next()
    process.kill(pid, 'SIGKILL')
    // The supervisor of the old one starts it again; that one is not needed any more once the successor is there.
    await hold.next()
    succeed()
    await replacements(program, 1)
    await load.more(20)
    await load.stop()
    expect((await oneOf(program)).pid).not.toBe(pid)
  })

  it('kill -9 of the old one while it finishes: its task is computed by the successor', async () => {
    await using hold = await openHold()
    await using program = await startScaled(
      { RECYCLE: '{"maxBatches": 2}', MAX_BATCH_SIZE: '1' },
      { flags: ['--timeout', '60000'] },
    )
    const { pid } = await oneOf(program)
    const held = post(program, { hold: hold.url })
    const release = await hold.next()
    await expect
      .poll(async () => (await stateOf(program)).states, { timeout: 20_000 })
      .toMatchObject({ ready: 1, leaving: 1 })
    process.kill(pid, 'SIGKILL')
    release()
    const again = await hold.next()
    again()
    const { status, body } = await held
    expect([status, JSON.parse(body)]).toMatchObject([200, { replica: 1 }])
    expect(JSON.parse(body).pid).not.toBe(pid)
    expect((await post(program, {})).status).toBe(200)
  })

  it('a successor that cannot start: the old one goes on, the log says why, and it is tried again', async () => {
    await using temp = await tempFolder()
    const broken = join(temp.path, 'broken')
    await using program = await startScaled({ RECYCLE: '{"maxBatches": 5}', BROKEN_SETUP: broken })
    const { pid } = await oneOf(program)
    await writeFile(broken, '')
    const load = new SteadyLoad(program)
    const line = await program.logged(
      ({ msg }) =>
        msg === 'the successor of replica 1 did not start: that one goes on; tried again in 200 ms',
    )
    expect(line).toMatchObject({ stage: 'Scaled_1', reason: 'batches' })
    expect(JSON.stringify(line)).toContain('no memory left on the device')
    expect(new Set((await load.more(20)).map((answer) => answer.pid))).toEqual(new Set([pid]))
    expect((await get(program, '/health/ready')).status).toBe(200)
    await rm(broken)
    await replacements(program, 1)
    await load.until((answers) => answers.some((answer) => answer.pid !== pid))
    await load.stop()
  })

  it('a stop in the midst of it ends the successor, too', async () => {
    await using hold = await openHold()
    const program = await startHeld(hold, { RECYCLE: '{"maxBatches": 1}' })
    await oneOf(program)
    await hold.next()
    const children = childrenOf(program.pid)
    expect(children).toHaveLength(2)
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(children.filter(isRunning)).toEqual([])
  })
})

/** Set-ups wait for the test; those of the start are let go. */
async function startHeld(hold: Hold, env: Readonly<Record<string, string>>): Promise<Program> {
  const starting = startScaled({ HOLD_SETUP: hold.url, ...env }, { flags: ['--timeout', '60000'] })
  for (let number = 1; number <= Number(env['REPLICAS'] ?? 1); number++) (await hold.next())()
  return starting
}
