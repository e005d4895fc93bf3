import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { get, post, start } from './square-client.ts'

const metric = async (program: Program) => (await get(program, '/metrics')).body

/** Tasks in the service. */
const remaining = async (program: Program): Promise<number> =>
  Number(/^mosec_service_remaining_task (\d+)$/m.exec(await metric(program))?.[1])

/** Resolves when so many tasks wait in a stage's queue; soon, since a priority is no more than a second's head start. */
const untilQueued = (program: Program, stage: string, count: number) =>
  expect
    .poll(() => metric(program), { interval: 5 })
    .toMatch(new RegExp(`^mosec_service_queued_task\\{stage="${stage}"\\} ${count}$`, 'm'))

const LATE = 'overloaded: the answer would come too late'

describe('a stage that two routes share', () => {
  let program: Program
  beforeAll(async () => {
    program = await start('crowded', { flags: ['--capacity', '8', '--timeout', '60000'] })
  })
  afterAll(async () => {
    await program.stop()
  })

  it('serves the fast route when the slow one has filled up all that it may', async () => {
    await using hold = await openHold()
    const clients = new AbortController()
    const statuses: number[] = []
    const slow = Array.from({ length: 40 }, async () => {
      const body = JSON.stringify({ hold: hold.url })
      const { status } = await fetch(`${program.url}/slow`, { method: 'POST', body, signal: clients.signal })
      statuses.push(status)
    })
    // One is computed; the others wait before it, then in what the first stage keeps for this route, or are refused.
    await hold.next()
    await expect.poll(async () => (await remaining(program)) + statuses.length).toBe(slow.length)
    expect(statuses.length).toBeGreaterThan(0)
    expect(new Set(statuses)).toEqual(new Set([429]))
    for (let round = 0; round < 20; round++) {
      const answer = await post(program, { round }, '/fast')
      expect([answer.status, answer.body]).toEqual([200, JSON.stringify({ round })])
    }
    clients.abort()
    await Promise.allSettled(slow)
    await expect.poll(() => remaining(program)).toBe(0)
    expect((await post(program, {}, '/slow')).status).toBe(200)
  })

  it('x-priority orders what waits, also in later stages, where the route allows it', async () => {
    await using hold = await openHold()
    const send = (name: string, priority?: string) =>
      fetch(`${program.url}/urgent`, {
        method: 'POST',
        body: JSON.stringify({ name }),
        ...(priority === undefined ? {} : { headers: { 'x-priority': priority } }),
      })
    const head = post(program, { name: 'head', hold: hold.url }, '/urgent')
    const letFirstGo = await hold.next()
    const waiting: Promise<Response>[] = []
    for (const priority of ['low', undefined, 'high', 'low', 'normal', 'high']) {
      waiting.push(send(`${priority ?? 'unsaid'} ${waiting.length}`, priority))
      await untilQueued(program, 'first', waiting.length)
    }
    letFirstGo()
    // It is held again in the second stage, before which the others wait then.
    const letSecondGo = await hold.next()
    await untilQueued(program, 'second', waiting.length)
    letSecondGo()
    expect((await head).status).toBe(200)
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200)
    await program.logged(({ msg }) => msg === 'noted low 3')
    const noted = program.log.flatMap(({ msg }) => (msg?.startsWith('noted ') ? [msg.slice(6)] : []))
    expect(noted).toEqual(['head', 'high 2', 'high 5', 'unsaid 1', 'normal 4', 'low 0', 'low 3'])
    const wrong = await send('x', '9')
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      'bad request: x-priority must be high, normal, low, got 9',
    ])
  })
})

describe('more than can be done in time', () => {
  /** Many at once, of which a few can be answered within their time. */
  async function rush(program: Program) {
    for (let round = 0; round < 3; round++) await post(program, {}, '/sleep')
    const sent = Array.from({ length: 60 }, () =>
      fetch(`${program.url}/sleep`, {
        method: 'POST',
        body: '{}',
        headers: { 'x-request-timeout-ms': '400' },
      }),
    )
    const answers = await Promise.all(sent)
    const bodies = await Promise.all(answers.map((answer) => answer.text()))
    return answers.map(({ status, headers }, index) => ({
      status,
      retryAfter: Number(headers.get('retry-after')),
      body: bodies[index],
    }))
  }

  it('is refused at the door with 503 and Retry-After', async () => {
    await using program = await start('crowded')
    const answers = await rush(program)
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(30)
    for (const { body, retryAfter } of refused) {
      expect(body).toBe(LATE)
      expect(retryAfter).toBeGreaterThanOrEqual(1)
    }
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    expect(await metric(program)).toMatch(
      /^mosec_service_refused_task_total\{endpoint="\/sleep",reason="overloaded"\} [1-9]/m,
    )
    expect((await post(program, {}, '/sleep')).status).toBe(200)
  })

  it('--no-refuse-late: waits until its deadline', async () => {
    await using program = await start('crowded', { flags: ['--no-refuse-late'] })
    const answers = await rush(program)
    expect(answers.filter(({ status }) => status === 503)).toEqual([])
    expect(answers.filter(({ status }) => status === 408).length).toBeGreaterThan(30)
    expect((await post(program, {}, '/sleep')).status).toBe(200)
  })
})
