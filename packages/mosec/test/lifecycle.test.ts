import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import type { Program } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { childrenOf, isRunning, sendIfRunning } from './running-processes.ts'
import { fixture, get, post, start } from './square-client.ts'
import { tempFolder } from './temp-folder.ts'

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('finishes what is in flight, refuses the rest, and leaves nothing behind', async () => {
    await using hold = await openHold()
    await using temp = await tempFolder()
    const folder = temp.path
    const program = await start('square', { flags: ['--path', folder] })
    const children = childrenOf(program.pid)
    const inFlight = post(program, { x: 6, hold: hold.url })
    const release = await hold.next()
    expect(await readdir(folder)).toHaveLength(1)

    const ended = program.stop(signal)
    await program.logged(({ msg }) => msg?.startsWith(signal) === true)
    expect(await get(program, '/').catch(() => 'refused')).not.toMatchObject({ status: 200 })
    release()

    expect(JSON.parse((await inFlight).body)).toMatchObject({ x: 36 })
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(children.filter(isRunning)).toEqual([])
    expect(await readdir(folder)).toEqual([])
  })

  it('ends at once when it comes twice', async () => {
    await using hold = await openHold()
    await using temp = await tempFolder()
    const folder = temp.path
    const program = await start('square', { flags: ['--path', folder, '--timeout', '60000'] })
    const children = childrenOf(program.pid)
    const inFlight = post(program, { x: 6, hold: hold.url }).catch(() => 'cut off')
    await hold.next()

    process.kill(program.pid, signal)
    await program.logged(({ msg }) => msg?.startsWith(signal) === true)
    // Repeated, since a repeat within milliseconds counts as the same request.
    await expect.poll(() => sendIfRunning(program.pid, signal)).toBe(false)
    const { code } = await program.ended

    expect(code).toBe(signal === 'SIGTERM' ? 143 : 130)
    expect(await inFlight).toBe('cut off')
    expect(program.output()).not.toContain('started again')
    await expect.poll(() => children.filter(isRunning)).toEqual([])
    expect(await readdir(folder)).toEqual([])
  })
})

describe('kill -9', () => {
  it('of a replica: its task is computed by the next one', async () => {
    await using hold = await openHold()
    await using program = await start('square')
    const [replica = 0] = childrenOf(program.pid)
    const inFlight = post(program, { x: 6, hold: hold.url })
    await hold.next()
    process.kill(replica, 'SIGKILL')
    const release = await hold.next()
    release()
    const { x, pid } = JSON.parse((await inFlight).body)
    expect(x).toBe(36)
    expect(pid).not.toBe(replica)
  })

  it('by a task itself: it is answered after two tries, and the next one is computed', async () => {
    await using program = await start('square', { flags: ['--timeout', '20000'] })
    expect(await post(program, { x: 1, die: true })).toMatchObject({ status: 500, body: 'worker crashed' })
    expect(await nextAnswer(program)).toBe(200)
  })

  it('of the server: its replicas leave, and the last of them removes the folder of the sockets', async () => {
    await using temp = await tempFolder()
    const program = await start('square', { flags: ['--path', temp.path], env: { REPLICAS: '2' } })
    const children = childrenOf(program.pid)
    expect(children).toHaveLength(2)
    expect(await readdir(temp.path)).toHaveLength(1)
    await program.stop('SIGKILL')
    await expect.poll(() => children.filter(isRunning), { timeout: 5000 }).toEqual([])
    expect(await readdir(temp.path)).toEqual([])

    await using next = await start('square', { flags: ['--path', temp.path] })
    expect((await post(next, { x: 2 })).status).toBe(200)
  })
})

it('a server that is closed by its own code ends its program as a signal does', async () => {
  const program = await start('square')
  const children = childrenOf(program.pid)
  const response = await fetch(`${program.url}/close`, { method: 'POST' })
  expect(await response.text()).toBe('closing')
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(children.filter(isRunning)).toEqual([])
})

describe('while replicas are set up', () => {
  it.each([
    ['SIGTERM', []],
    ['SIGTERM', ['--dry-run']],
    ['SIGKILL', []],
  ] as const)('%s %j leaves nothing behind', async (signal, flags) => {
    await using temp = await tempFolder()
    await using hold = await openHold()
    const args = [fixture('starting'), '--port', '0', '--path', temp.path, ...flags]
    const env = { ...process.env, HOLD_EXAMPLE: hold.url }
    const program = spawn(process.execPath, args, { env, stdio: 'ignore' })
    const exited = once(program, 'exit')
    const isHeld = await Promise.race([hold.next().then(() => true), exited.then(() => false)])
    expect(isHeld).toBe(true)
    const children = childrenOf(program.pid ?? 0)
    expect(children).toHaveLength(1)
    program.kill(signal)
    const [code] = await exited
    expect(code).toBe(signal === 'SIGKILL' ? null : flags.length)
    await expect.poll(() => children.filter(isRunning), { timeout: 5000 }).toEqual([])
    expect(await readdir(temp.path)).toEqual([])
  })
})

/** Status of the first request that is not refused while the only replica is in back-off. */
async function nextAnswer(program: Program): Promise<number> {
  let status = 503
  await expect
    .poll(
      async () => {
        status = (await post(program, { x: 2 })).status
        return status
      },
      { timeout: 10_000 },
    )
    .not.toBe(503)
  return status
}
