import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { childrenOf, guardOf, isRunning } from './running-processes.ts'
import { post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

/** Far more than the promise, which is 2 s: the machine may be busy. */
const WITHIN = { timeout: 8000 }

/** So many replicas are in code that never comes back. */
const blocked = (of: Program, count: number): Promise<void> =>
  expect.poll(() => of.output().match(/blocked/g)?.length ?? 0, { timeout: 10_000 }).toBe(count)

it('kill -9 of the parent: replicas in an endless synchronous forward leave too, and nothing is left', async () => {
  await using temp = await tempFolder()
  const program = await start('blocked', { flags: ['--path', temp.path, '--timeout', '60000'] })
  const children = childrenOf(program.pid)
  expect(children).toHaveLength(2)
  for (let n = 0; n < 2; n++) void post(program, { isBlocking: true }).catch(() => 'cut off')
  await blocked(program, 2)

  process.kill(program.pid, 'SIGKILL')
  await expect.poll(() => children.filter(isRunning), WITHIN).toEqual([])
  await program.ended
  expect(await readdir(temp.path)).toEqual([])
})

it('kill -9 of the guard, then of the parent: replicas in an endless synchronous forward leave too', async () => {
  const program = await start('blocked', { flags: ['--timeout', '60000'] })
  const children = childrenOf(program.pid)
  for (let n = 0; n < 2; n++) void post(program, { isBlocking: true }).catch(() => 'cut off')
  await blocked(program, 2)
  const guard = guardOf(program.pid) ?? 0
  process.kill(guard, 'SIGKILL')
  await expect.poll(() => [undefined, guard].includes(guardOf(program.pid))).toBe(false)

  process.kill(program.pid, 'SIGKILL')
  await expect.poll(() => children.filter(isRunning), WITHIN).toEqual([])
})

it('kill -9 of the parent: a replica in an endless synchronous set-up leaves too', async () => {
  await using temp = await tempFolder()
  const flag = join(temp.path, 'block')
  const program = await start('blocked', { env: { BLOCK_SETUP: flag } })
  await writeFile(flag, '')
  for (const child of childrenOf(program.pid)) process.kill(child, 'SIGKILL')
  await blocked(program, 2)
  const children = childrenOf(program.pid)

  process.kill(program.pid, 'SIGKILL')
  await expect.poll(() => children.filter(isRunning), WITHIN).toEqual([])
})

it('kill -9 of the parent and of all its replicas: the next start reclaims the socket folder', async () => {
  await using temp = await tempFolder()
  const program = await start('square', { flags: ['--path', temp.path] })
  const [left] = await readdir(temp.path)
  const children = childrenOf(program.pid)
  // Stopped, they cannot clear away what their parent left.
  for (const child of children) process.kill(child, 'SIGSTOP')
  process.kill(program.pid, 'SIGKILL')
  await expect.poll(() => isRunning(program.pid)).toBe(false)
  for (const child of children) process.kill(child, 'SIGKILL')
  expect(await readdir(temp.path)).toEqual([left])

  await using next = await start('square', { flags: ['--path', temp.path] })
  const folders = await readdir(temp.path)
  expect(folders).toHaveLength(1)
  expect(folders).not.toEqual([left])
  expect((await post(next, { x: 3 })).status).toBe(200)
})
