import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { listeningOf } from './listening.ts'
import { childrenOf } from './running-processes.ts'
import { get, post, start } from './square-client.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

let temp: TempFolder
let program: Program
beforeAll(async () => {
  temp = await tempFolder()
  program = await start('private', { flags: ['--path', temp.path] })
})
afterAll(async () => {
  await program.stop()
  await temp[Symbol.asyncDispose]()
})

it('the socket folder is for its user alone, under a name that nobody can guess', async () => {
  const [name = '', ...others] = await readdir(temp.path)
  expect(others).toEqual([])
  expect(name).toMatch(/-[0-9a-f]{16}$/)
  expect((await stat(join(temp.path, name))).mode & 0o777).toBe(0o700)
  await using second = await start('private', { flags: ['--path', temp.path] })
  expect(await readdir(temp.path)).toHaveLength(2)
  expect((await post(second, {}, '/budget')).status).toBe(200)
})

it('nothing listens but the port that was asked for, and one socket for each replica in the folder', async () => {
  const replicas = childrenOf(program.pid)
  expect(replicas).toHaveLength(3)
  const [folder = ''] = await readdir(temp.path)
  const port = Number(new URL(program.url).port).toString(16).toUpperCase().padStart(4, '0')
  expect(listeningOf([program.pid]).toSorted()).toEqual(
    [
      `0100007F:${port}`,
      ...['Budget_1-1', 'Budget_1-2', 'thrower-1'].map((name) => join(temp.path, folder, `${name}.sock`)),
    ].toSorted(),
  )
  expect(listeningOf(replicas)).toEqual([])
})

it('the deadline of a task travels with its batch; a client may shorten it, never lengthen', async () => {
  const budget = async (timeoutMs?: string): Promise<number> => {
    const headers: Record<string, string> =
      timeoutMs === undefined ? {} : { 'x-request-timeout-ms': timeoutMs }
    const response = await fetch(`${program.url}/budget`, { method: 'POST', headers, body: '{}' })
    return Number(await response.text())
  }
  const within = async (most: number, timeoutMs?: string): Promise<void> => {
    const ms = await budget(timeoutMs)
    expect(ms).toBeLessThanOrEqual(most)
    expect(ms).toBeGreaterThan(most / 2)
  }
  await within(20_000)
  await within(5_000, '5000')
  await within(20_000, '99999999')
})

it('tasks that failed alone are counted by stage', async () => {
  await using hold = await openHold()
  const held = post(program, { x: 0, hold: hold.url }, '/batch')
  const release = await hold.next()
  const waiting = [1, 13, 3, 13, 5].map((x) => post(program, { x }, '/batch'))
  const metrics = async (): Promise<string> => (await get(program, '/metrics')).body
  await expect.poll(metrics).toMatch(/^mosec_service_remaining_task 6$/m)
  expect(await metrics()).toMatch(/^mosec_service_isolated_task_total\{stage="thrower"\} 0$/m)
  release()
  expect((await held).status).toBe(200)
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 500, 200, 500, 200])
  await expect.poll(metrics).toMatch(/^mosec_service_isolated_task_total\{stage="thrower"\} 2$/m)
  expect((await post(program, { x: 7 }, '/batch')).body).toBe('7')
})
