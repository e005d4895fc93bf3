import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { message } from './event-stream.ts'
import { openHold } from './held-request.ts'
import { runToEnd } from './run-to-end.ts'
import { childrenOf } from './running-processes.ts'
import { get, post, start } from './square-client.ts'

const square = async (
  program: Program,
  x: number,
): Promise<{ readonly made: number; readonly size: number }> =>
  JSON.parse((await post(program, { x }, '/square')).body)

describe("isolation 'inline'", () => {
  let program: Program
  beforeAll(async () => {
    program = await start('inline')
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(program.log.some(({ msg }) => msg === 'torn down')).toBe(true)
  })

  it('computes in the server’s own thread, by class and by module, beside stages in processes', async () => {
    const { body } = await post(program, { x: 7 }, '/square')
    expect(JSON.parse(body)).toMatchObject({ x: 49, isMainThread: true, pid: program.pid })
    expect(await post(program, 'abc', '/upper')).toMatchObject({ status: 200, body: '"ABC"' })
    expect(await post(program, 'abc', '/both')).toMatchObject({ status: 200, body: '"ABC"' })
    expect(childrenOf(program.pid)).toHaveLength(1)
  })

  it('lets the innocents of a batch succeed', async () => {
    const answers = await Promise.all([1, 13, 3, 4].map((x) => post(program, { x }, '/square')))
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 200])
    expect(answers[1]?.body).toBe('inference internal error')
  })

  it('carries a megabyte', async () => {
    const text = 'a'.repeat(1_000_000)
    expect((await post(program, text, '/upper')).body).toBe(JSON.stringify(text.toUpperCase()))
  })

  it('streams', async () => {
    const response = await fetch(`${program.url}/count`, { method: 'POST', body: '3' })
    expect(await response.text()).toBe(['1', '2', '3'].map((n) => `${message(n)}\n\n`).join(''))
  })

  it('aborts the signal of a call whose time is over, and keeps its replica', async () => {
    const { made } = await square(program, 1)
    const request = {
      method: 'POST',
      body: '{"abide": true, "x": 2}',
      headers: { 'x-request-timeout-ms': '200' },
    }
    expect((await fetch(`${program.url}/square`, request)).status).toBe(408)
    expect(await square(program, 2)).toMatchObject({ x: 4, made })
  })

  it('tells once that a call kept the event loop', async () => {
    for (const x of [3, 4]) expect((await post(program, { x, block: 150 }, '/square')).status).toBe(200)
    const told = program.log.filter(({ msg }) =>
      msg?.startsWith("Square.forward kept the server's event loop"),
    )
    expect(told).toMatchObject([{ level: 'warning', stage: 'Square_1', replica: 1 }])
  })
})

it('a call that ignores its signal: its replica is given up, a new one is made, and the old one is torn down later', async () => {
  await using hold = await openHold()
  await using program = await start('inline', { env: { TIMEOUT_MS: '300' } })
  const { made } = await square(program, 1)
  expect((await post(program, { x: 1, hang: hold.url }, '/square')).status).toBe(408)
  const release = await hold.next()
  await expect
    .poll(async () => (await post(program, { x: 2 }, '/square')).status, { timeout: 10_000 })
    .toBe(200)
  expect((await square(program, 2)).made).not.toBe(made)
  expect((await get(program, '/metrics')).body).toMatch(/replica_restart_total\{stage="Square_1"\} 1/)
  expect(program.log.some(({ msg }) => msg === 'torn down')).toBe(false)
  release()
  await program.logged(({ msg }) => msg === 'torn down')
  expect((await square(program, 3)).size).toBe(1)
})

it('refuses a worker that says that it blocks the event loop', async () => {
  const { code, errors } = await runToEnd('inline', ['--port', '0'], { BLOCKS: 'yes' })
  expect(errors).toContain("Blocking blocks the event loop while it computes, and with isolation 'inline'")
  expect(code).toBe(1)
})

it.each([
  ['inline env', "stage option env needs isolation 'process' or 'thread'"],
  ['inline devices', "stage option devices needs isolation 'process'"],
  ['inline rss', "stage option recycle.maxRssBytes needs isolation 'process'"],
  ['isolation', 'stage option isolation takes one of process, thread, inline, got'],
])('refuses what it cannot give: %s', async (misuse, text) => {
  const { code, errors } = await runToEnd('misused', ['--port', '0'], { MISUSE: misuse })
  expect(errors).toContain(text)
  expect(code).toBe(2)
})
