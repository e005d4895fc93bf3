import type { Program } from 'mosec/testing'
import { describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { runToEnd } from './run-to-end.ts'
import { childrenOf, isRunning } from './running-processes.ts'
import { post, start } from './square-client.ts'

const daemonOf = (program: Program): number =>
  Number(new RegExp(`daemon of ${program.pid} is (\\d+)`).exec(program.output())?.[1])

describe.each(['process', 'starter'])('registerDaemon: a daemon given as a %s', (DAEMON) => {
  it('shuts the server down with its code when it ends', async () => {
    await using hold = await openHold()
    const program = await start('daemon', { env: { DAEMON, HOLD: hold.url } })
    const children = childrenOf(program.pid)
    expect((await post(program, 'still here')).status).toBe(200)
    const release = await hold.next()
    release()
    expect(await program.ended).toEqual({ code: 3, signal: null })
    expect(program.log.map(({ msg }) => msg)).toContain(
      'the daemon helper exited with code 3: the server stops',
    )
    expect(program.output()).toContain('after run')
    expect(children.filter(isRunning)).toEqual([])
  })

  it('is killed: the server ends as a shell would say it', async () => {
    const program = await start('daemon', { env: { DAEMON } })
    process.kill(daemonOf(program), 'SIGKILL')
    expect(await program.ended).toEqual({ code: 137, signal: null })
  })

  it('ends with the server, and runs once, not in the replicas', async () => {
    const program = await start('daemon', { env: { DAEMON } })
    const daemon = daemonOf(program)
    const replica = childrenOf(program.pid).filter((pid) => pid !== daemon)
    expect(replica).toHaveLength(1)
    expect(replica.flatMap(childrenOf)).toEqual([])
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(isRunning(daemon)).toBe(false)
  })
})

describe('registerDaemon: an asynchronous function', () => {
  it('has its signal aborted when the server stops', async () => {
    const program = await start('daemon')
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(program.output()).toMatch(/daemon of \d+ runs/)
    expect(program.output()).toContain('the helper was told to end')
  })

  it('ends the server with code 1 when it throws', async () => {
    await using hold = await openHold()
    const program = await start('daemon', { env: { HOLD: hold.url, THROW: '1' } })
    const release = await hold.next()
    release()
    expect(await program.ended).toEqual({ code: 1, signal: null })
    await program.logged(
      ({ msg }) => msg === 'the daemon helper failed: the helper lost its way: the server stops',
    )
  })
})

it('registerDaemon: a program that does not exist ends the start', async () => {
  const { code, errors } = await runToEnd('daemon', ['--port', '0'], { DAEMON: 'missing' })
  expect(errors).toContain('the daemon helper could not be started: spawn /no/such/program ENOENT')
  expect(code).toBe(1)
})
