/** Python stages that are scaled and recycled while they answer. */

import { fileURLToPath } from 'node:url'
import type { StageState } from 'mosec'
import { type Program, startProgram } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { admin, TOKEN } from '../admin-client.ts'
import { get } from '../square-client.ts'
import { noPython, pythons } from './pythons.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** The machine may be busy. */
const WITHIN = { timeout: 20_000 }

const MEGABYTE = 2 ** 20

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function post(program: Program, body = '{}'): Promise<Answer> {
  const response = await fetch(`${program.url}/inference`, { method: 'POST', body })
  const text = await response.text()
  return { status: response.status, body: response.ok ? JSON.parse(text) : { text } }
}

/** Four requests at a time until `done` holds; all that was answered. */
async function askUntil(program: Program, done: () => boolean | Promise<boolean>): Promise<Answer[]> {
  const answers: Answer[] = []
  while (!(await done())) {
    answers.push(...(await Promise.all(Array.from({ length: 4 }, () => post(program)))))
  }
  return answers
}

async function change(program: Program, stage: string, changes: object): Promise<number> {
  const init = { method: 'PATCH', body: JSON.stringify(changes) }
  return (await admin(program, `/stages/${stage}`, init)).status
}

async function readyOf(program: Program, stage: string): Promise<StageState['states']> {
  return ((await (await admin(program, `/stages/${stage}`)).json()) as StageState).states
}

describe.skipIf(noPython !== undefined).each(pythons.slice(-1))('scaling in Python', ({ path }) => {
  const start = (options: object): Promise<Program> =>
    startProgram({
      file: fixture('life.mjs'),
      flags: ['--timeout', '20000'],
      env: { TEST_PYTHON: path, TEST_OPTIONS: JSON.stringify(options), MOSEC_ADMIN: TOKEN },
    })

  it('replicas come and go by the admin endpoint, and no request fails', async () => {
    await using program = await start({})
    const pids = new Set<unknown>()
    const settled = (ready: number) => async (): Promise<boolean> => {
      const states = await readyOf(program, 'life')
      return states.ready === ready && states.starting + states.backoff + states.leaving === 0
    }
    expect(await change(program, 'life', { replicas: 3 })).toBe(202)
    const answers = await askUntil(program, settled(3))
    const more = await askUntil(program, async () => {
      for (const { body } of [await post(program)]) pids.add(body['pid'])
      return pids.size === 3
    })
    expect(await change(program, 'life', { replicas: 1 })).toBe(202)
    const less = await askUntil(program, settled(1))
    const statuses = [...answers, ...more, ...less].map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect((await post(program)).status).toBe(200)
  })

  it.each([
    ['batches', { maxBatches: 5 }, {}],
    ['age', { maxAgeMs: 500 }, {}],
    ['rss', { maxRssBytes: 300 * MEGABYTE }, { do: 'grow', bytes: 400 * MEGABYTE }],
  ])('recycle by %s replaces the replica, and no request fails', async (reason, recycle, first) => {
    await using program = await start({ recycle })
    expect((await post(program, JSON.stringify(first))).status).toBe(200)
    const replaced = () => program.log.filter(({ msg }) => msg === 'replica 1 was replaced by a fresh one')
    const answers = await askUntil(program, () => replaced().length >= 1)
    answers.push(await post(program))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(new Set(replaced().map((line) => line['reason']))).toEqual(new Set([reason]))
    expect(new Set(answers.map(({ body }) => body['pid'])).size).toBeGreaterThanOrEqual(2)
    const { body } = await get(program, '/metrics')
    expect(body).not.toMatch(/replica_restart_total\{stage="life"\} [1-9]/)
  })

  it("a service file's stages are scaled, and new replicas have the file's variables", async () => {
    await using program = await startProgram({
      file: fixture('mosec-python.mjs'),
      cwd: fixture('services'),
      env: { TEST_CALL: `--python ${path} restless.py`, MOSEC_ADMIN: TOKEN },
    })
    expect(await change(program, 'Pass_1', { replicas: 2 })).toBe(202)
    const seen = new Set<string>()
    const ask = async (): Promise<number> => seen.add(JSON.stringify((await post(program)).body)).size
    await expect.poll(ask, WITHIN).toBe(2)
    expect(seen).toEqual(new Set([1, 2].map((id) => JSON.stringify({ shared: 'by all', id }))))
  })
})
