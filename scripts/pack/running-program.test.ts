/** The pack test's eyes: they find the port, the exit code and whoever is left behind. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startProgram } from './running-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'mosec-program-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A server with one child, that does `onTerm` when it is asked to stop. */
function program(onTerm: string): string {
  const code = `
    import { spawn } from 'node:child_process'
    import { createServer } from 'node:http'
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    process.on('SIGTERM', () => { ${onTerm} })
    const server = createServer((_, response) => response.end('here'))
    server.listen(0, '127.0.0.1', () => {
      console.error('not json')
      console.error(JSON.stringify({ level: 30, msg: 'ready', port: server.address().port }))
    })`
  const path = join(folder, `${Buffer.from(onTerm).toString('hex')}.mjs`)
  writeFileSync(path, code)
  return path
}

const start = (onTerm: string) => startProgram(folder, [program(onTerm)], AbortSignal.timeout(20_000))

test('a program that ends its child leaves nothing behind', async () => {
  const running = await start("child.once('exit', () => process.exit(3)).kill()")
  expect(await (await fetch(running.url)).text()).toBe('here')
  if (process.platform === 'linux') expect(running.processes()).toHaveLength(2)
  expect(await running.stop()).toBe(3)
  expect(running.processes()).toEqual([])
})

test.runIf(process.platform === 'linux')('a child that is left behind is seen', async () => {
  const running = await start('process.exit(0)')
  expect(await running.stop()).toBe(0)
  const left = running.processes()
  for (const pid of left) process.kill(pid, 'SIGKILL')
  expect(left).toHaveLength(1)
})

test('a program that ends too early is shown', async () => {
  const path = join(folder, 'early.mjs')
  writeFileSync(path, "console.error('no model here'); process.exitCode = 1")
  const signal = AbortSignal.timeout(20_000)
  await expect(startProgram(folder, [path], signal)).rejects.toThrow('no model here')
  const running = await start('child.kill(); process.exit(0)')
  expect(await running.stop()).toBe(0)
})
