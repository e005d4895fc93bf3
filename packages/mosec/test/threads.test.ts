import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenOf } from './running-processes.ts'
import { get, post, start } from './square-client.ts'

describe("isolation 'thread'", () => {
  let program: Program
  beforeAll(async () => {
    program = await start('threads')
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  it('computes in threads of the server, by class and by module', async () => {
    const { body } = await post(program, { x: 7 }, '/square')
    expect(JSON.parse(body)).toMatchObject({ x: 49, isMainThread: false, pid: program.pid })
    expect(await post(program, 'abc', '/upper')).toMatchObject({ status: 200, body: '"ABC"' })
    expect(childrenOf(program.pid)).toEqual([])
  })

  it('has an environment of its own', async () => {
    expect((await post(program, { colour: true }, '/square')).body).toBe('"red"')
  })

  it('lets the innocents of a batch succeed', async () => {
    const answers = await Promise.all([1, 13, 3, 4].map((x) => post(program, { x }, '/square')))
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 200])
  })

  it('carries a megabyte', async () => {
    const text = 'a'.repeat(1_000_000)
    expect((await post(program, text, '/upper')).body).toBe(JSON.stringify(text.toUpperCase()))
  })

  it('is started again when it ends, and its killer is given up', async () => {
    expect(await post(program, { exit: true }, '/square')).toMatchObject({
      status: 500,
      body: 'worker crashed',
    })
    await expect
      .poll(async () => (await post(program, { x: 2 }, '/square')).status, { timeout: 10_000 })
      .toBe(200)
    expect((await get(program, '/metrics')).body).toMatch(/replica_restart_total\{stage="Square_1"\} 2/)
  })

  it('is ended when it hangs in code that never yields', async () => {
    expect(await post(program, { loop: true }, '/square')).toMatchObject({ status: 408 })
    await expect
      .poll(async () => (await post(program, { x: 2 }, '/square')).status, { timeout: 10_000 })
      .toBe(200)
  })
})
