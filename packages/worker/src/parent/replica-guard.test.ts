import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@mosec/core'
import { expect, it } from 'vitest'
import { ReplicaGuard } from './replica-guard.ts'

const never = new Promise<string>(() => {})

function guardOver(folder?: string, shell?: string): ReplicaGuard {
  const ports = { logger: silentLogger, folderOf: () => folder }
  return new ReplicaGuard(shell === undefined ? ports : { ...ports, shell })
}

/** Ends only when it is made to. */
async function stubborn(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  return child
}

// To the shell, closing the guard is what the server's death is: the end of its input.

it('kills what still runs when its input ends, and removes the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'a folder of mosec-'))
  const child = await stubborn()
  const exit = once(child, 'exit')
  const guard = guardOver(folder)
  expect(guard.open('an address')).toBe(true)
  guard.watch({ pid: child.pid, exited: never })

  await guard.close()
  expect(await exit).toEqual([null, 'SIGKILL'])
  expect(existsSync(folder)).toBe(false)
})

it('leaves alone who ended before, and the folder when nobody had to be killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mosec-guard-'))
  const child = await stubborn()
  const exit = once(child, 'exit')
  try {
    const guard = guardOver(folder)
    guard.open('an address')
    const exited = Promise.resolve('exited with code 0')
    guard.watch({ pid: child.pid, exited })
    await exited
    await guard.close()
    expect([child.exitCode, child.signalCode, existsSync(folder)]).toEqual([null, null, true])
  } finally {
    child.kill('SIGKILL')
    await exit
    await rm(folder, { recursive: true })
  }
})

it('has a successor when it is killed, who knows whom to kill', async () => {
  const child = await stubborn()
  const exit = once(child, 'exit')
  const guard = guardOver()
  guard.open('an address')
  guard.watch({ pid: child.pid, exited: never })
  const first = guard.pid ?? 0
  process.kill(first, 'SIGKILL')
  await expect.poll(() => guard.pid).not.toBe(first)

  await guard.close()
  expect(await exit).toEqual([null, 'SIGKILL'])
})

it('says that it cannot where there is no shell, and replicas watch by themselves', async () => {
  const guard = guardOver(undefined, '/nowhere/sh')
  expect(guard.open('an address')).toBe(false)
  expect(guard.open('an address')).toBe(false)
  await guard.close()
})
