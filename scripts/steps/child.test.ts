/** Exit codes and signals pass through `runChild`, in real processes. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runChild } from './child.mjs'

const quiet = { stdio: 'ignore' } as const
const node = (code: string): readonly [string, ...string[]] => [process.execPath, '-e', code]

describe('exit code', () => {
  test.each([
    ['its own', 'process.exit(7)', 7],
    ['none', '', 0],
    ['128 + the signal that ended it', "process.kill(process.pid, 'SIGKILL')", 137],
  ])('%s', async (_name, code, expected) => {
    expect(await runChild(node(code), quiet)).toBe(expected)
  })

  test('127 when there is no such command', async () => {
    expect(await runChild(['/no/such/command'], quiet)).toBe(127)
    expect(await runChild(node(''), quiet)).toBe(0)
  })
})

/** A runner in a session of its own, so that no terminal belongs to it; its child counts signals until it may end. */
async function signalledRunner(signal: 'SIGINT' | 'SIGTERM'): Promise<{ code: number; said: string }> {
  const grandchild = `
    let count = 0
    process.on('${signal}', () => { count += 1; setImmediate(() => { console.log(count); process.exit(40 + count) }) })
    setInterval(() => {}, 1000)
    console.log('ready')`
  const runner = `
    import { runChild } from ${JSON.stringify(join(import.meta.dirname, 'child.mjs'))}
    process.exitCode = await runChild([process.execPath, '-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', runner], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
    if (said === 'ready\n') child.kill(signal)
  })
  const [code] = await once(child, 'close')
  return { code: Number(code), said }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s reaches the child once, and its code comes back',
  async (signal) => {
    expect(await signalledRunner(signal)).toEqual({ code: 41, said: 'ready\n1\n' })
  },
)

test('no signal listener is left behind', async () => {
  const before = process.listenerCount('SIGTERM')
  await runChild(node(''), quiet)
  expect(process.listenerCount('SIGTERM')).toBe(before)
})
