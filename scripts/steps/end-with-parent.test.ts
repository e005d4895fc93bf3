/** A child of a runner that is killed is asked to stop, in real processes. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const preload = pathToFileURL(join(import.meta.dirname, 'end-with-parent.mjs')).href

/** Runs a child as `npm start` runs the server; the child says `ready`, and what it was told. */
function runner(environment: Record<string, string>): ReturnType<typeof spawn> {
  const child = `
    process.on('SIGTERM', () => { console.log('asked to stop'); process.exit() })
    setTimeout(() => {}, Number(process.env.LIVES_MS))
    console.log('ready')`
  const code = `
    import { runChild } from ${JSON.stringify(join(import.meta.dirname, 'child.mjs'))}
    const command = [process.execPath, '--import', ${JSON.stringify(preload)}, '-e', ${JSON.stringify(child)}]
    process.exitCode = await runChild(command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })`
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
}

test('the channel to the runner keeps nobody alive', async () => {
  const running = runner({ LIVES_MS: '1' })
  expect(await once(running, 'close')).toEqual([0, null])
})

test.each([
  ['a server is asked to stop', { LIVES_MS: '20000' }, 'ready\nasked to stop\n'],
  ['a replica is left to itself', { LIVES_MS: '300', MOSEC_REPLICA_PLACE: '{}' }, 'ready\n'],
])('kill -9 of the runner: %s', async (_name, environment, expected) => {
  const running = runner(environment)
  let said = ''
  running.stdout?.on('data', (chunk) => {
    said += String(chunk)
    if (said === 'ready\n') running.kill('SIGKILL')
  })
  // The child has inherited this pipe: it ends when the last of both has.
  await once(running, 'close')
  expect(said).toBe(expected)
})
