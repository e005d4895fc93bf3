import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runToEnd } from './run-to-end.ts'

describe('a start that cannot be', () => {
  it('asks for the port before a worker is loaded', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const flags = ['--address', '127.0.0.1', '--port', String(port)]
    const { code, errors } = await runToEnd('broken', flags, { BROKEN: 'setup' })
    other.close()
    expect(errors).toContain('the port is in use')
    expect(errors).not.toContain('the model file is missing')
    expect(code).toBe(1)
  })

  it.each([
    ['setup', /Broken_1.*set-up.*the model file is missing/s, 1],
    ['warm-up', /Broken_1.*warm-up.*the model does not like the example/s, 1],
    ['module', /nowhere_1.*nowhere\.mjs/s, 1],
    ['no-worker', /Plain_1.*load of worker.*must be a worker class: .*Plain extends none of them/, 1],
    ['batch', /Broken takes one task at a time, so maxBatchSize must be 1, got 4/, 2],
  ])('says what is wrong with the worker: %s', async (broken, message, expected) => {
    const { code, errors } = await runToEnd('broken', ['--port', '0'], { BROKEN: broken })
    expect(errors).toMatch(message)
    expect(code).toBe(expected)
    expect(errors).not.toMatch(/^ +at /m)
  })

  it.each([
    ['reserved', 'not a route: /metrics is reserved: the server answers it itself'],
    ['no path', 'not a route: nope must start with a slash'],
    ['twice', 'the route /a is registered already'],
    ['no stage', 'the route /a needs at least one stage, got none'],
    ['range', 'stage option replicas takes an integer of at least 1, got 0'],
    ['env', 'stage option env takes one entry per replica: 2 expected, got 1'],
    ['typo', '"replica" is no stage option; there are name, replicas,'],
    ['text', `got the text "./echo.js": new URL('./echo.js', import.meta.url)?`],
    ['instance', 'got an instance of Echo: give the class itself'],
    ['stranger', 'got Stranger, which extends none of them'],
  ])('says in one line what cannot be in code, and ends with 2: %s', async (misuse, message) => {
    const { code, errors } = await runToEnd('misused', ['--port', '0'], { MISUSE: misuse })
    const [line = '', ...more] = errors.trim().split('\n')
    expect(JSON.parse(line).msg).toContain(message)
    expect(more).toEqual([])
    expect(code).toBe(2)
  })

  it('says that a class has no forward', async () => {
    const { code, errors } = await runToEnd('misused', ['--port', '0'], { MISUSE: 'no forward' })
    expect(errors).toContain('Empty has no method forward')
    expect(code).toBe(1)
  })

  it('says that there is no stage', async () => {
    const { code, errors } = await runToEnd('broken', ['--port', '0'], { BROKEN: 'no-stage' })
    expect(errors).toContain('the server has no stage: call appendWorker or route before run')
    expect(code).toBe(2)
  })

  it('says that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, errors } = await runToEnd('square', ['--address', '127.0.0.1', '--port', String(port)])
    other.close()
    expect(errors).toContain(`cannot listen on 127.0.0.1:${port}: the port is in use`)
    expect(code).toBe(1)
  })

  it('says which flag is wrong, in one line', async () => {
    const { code, errors } = await runToEnd('square', ['--port', 'http'])
    expect(errors.trim().split('\n')).toHaveLength(1)
    expect(errors).toMatch(/--port.*0 to 65535.*"http"/)
    expect(code).toBe(2)
  })

  it('shows the stack to who asks for it', async () => {
    const { errors } = await runToEnd('broken', ['--port', '0', '--log-level', 'debug'], { BROKEN: 'setup' })
    expect(errors).toMatch(/ at .*setup/)
  })
})

it('prints help and version without starting anything', async () => {
  const help = await runToEnd('broken', ['--help'], { BROKEN: 'setup' })
  expect([help.code, help.errors]).toEqual([0, ''])
  expect(help.output).toContain('--max-request-size')
  const version = await runToEnd('broken', ['--version'])
  expect(version.output).toMatch(/^mosec \d+\.\d+\.\d+\n$/)
})
