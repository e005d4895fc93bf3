/** Opening and closing a port. */

import { Server } from 'node:net'
import { StartError } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from './testing/raw-client.ts'
import { listenLocally, makeTestFace } from './testing/test-face.ts'

it('names a port in use and says what to do', async () => {
  const { face } = makeTestFace()
  const first = await listenLocally(face)
  const second = makeTestFace().face.listen({ port: first.port, host: '127.0.0.1' })
  await expect(second).rejects.toThrow(StartError)
  await expect(second).rejects.toThrow(`cannot listen on 127.0.0.1:${first.port}: the port is in use: stop`)
  await first.close()
})

it('names an address that this machine does not have, and a host that nobody knows', async () => {
  const { face } = makeTestFace()
  await expect(face.listen({ port: 0, host: '192.0.2.1' })).rejects.toThrow('no such address')
  await expect(face.listen({ port: 0, host: 'no-such-host.invalid' })).rejects.toThrow(
    /cannot listen on no-such-host\.invalid:0/,
  )
})

it('asks the system for a backlog, which it does not tell afterwards', async () => {
  const listens = vi.spyOn(Server.prototype, 'listen')
  onTestFinished(() => listens.mockRestore())
  const { face } = makeTestFace()
  for (const backlog of [undefined, 2 ** 31 - 1]) {
    const where = { port: 0, host: '127.0.0.1', ...(backlog === undefined ? {} : { backlog }) }
    const listening = await face.listen(where)
    const client = await RawClient.connect(listening.port)
    client.send('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    await client.waitFor('alive')
    await listening.close()
    expect(listens.mock.lastCall?.[0]).toMatchObject({ backlog: backlog ?? 511 })
  }
})

it('closes idle connections at once, lets an answer finish, and closes twice without harm', async () => {
  const test = makeTestFace()
  const listening = await listenLocally(test.face)
  const idle = await RawClient.connect(listening.port)
  idle.send('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  await idle.waitFor('alive')
  const busy = await RawClient.connect(listening.port)
  busy.post('/inference', 'x')
  const task = await test.submitter.submitted.next()

  const closed = listening.close()
  await idle.closed()
  task.succeed('finished')
  const received = await busy.closed()
  expect(received).toContain('finished')
  expect(received.toLowerCase()).toContain('connection: close')
  await closed
  await listening.close()
  await expect(RawClient.connect(listening.port)).rejects.toThrow('ECONNREFUSED')
})

it('while it drains it serves on, and each answer is the last one on its connection', async () => {
  const test = makeTestFace()
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  client.post('/inference', 'before')
  const before = await test.submitter.submitted.next()
  before.succeed('first')
  expect((await client.waitFor('first')).toLowerCase()).not.toContain('connection: close')

  listening.drain()
  client.post('/inference', 'kept')
  const kept = await test.submitter.submitted.next()
  kept.succeed('second')
  expect((await client.closed()).toLowerCase()).toContain('connection: close')
  const health = await RawClient.connect(listening.port)
  health.send('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(await health.closed()).toMatch(/connection: close.*alive/is)
  await listening.close()
})

it('a large answer to a slow reader survives close', async () => {
  const sizeBytes = 30_000_000
  const test = makeTestFace({ timeoutMs: 60_000 })
  const listening = await listenLocally(test.face)
  const slow = await RawClient.connect(listening.port)
  slow.post('/raw', 'x')
  slow.pause()
  const task = await test.submitter.submitted.next()
  task.settle({ code: 'ok', bytes: Buffer.alloc(sizeBytes, 'y') })
  const closed = listening.close()
  slow.resume()
  const received = await slow.closed()
  expect(received.length - received.indexOf('\r\n\r\n') - 4).toBe(sizeBytes)
  await closed
})

it('an open stream ends first, then its connection', async () => {
  const test = makeTestFace()
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  client.post('/stream', 'x')
  const task = await test.submitter.submitted.next()
  task.event('one')
  await client.waitFor('data: one')
  const closed = listening.close()
  task.event('two')
  task.succeed('')
  expect(await client.closed()).toContain('data: two')
  await closed
})

it('waits for a client that does not read no longer than the service timeout and a second', async () => {
  const clock = new FakeClock()
  const test = makeTestFace({ clock, timeoutMs: 500 })
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  client.post('/inference', 'x')
  const task = await test.submitter.submitted.next()
  const closed = listening.close()
  clock.advance(1499)
  expect(client.isOpen).toBe(true)
  clock.advance(1)
  await closed
  expect(await test.submitter.cancelled.next()).toBe(task)
  expect(clock.pendingTimers).toBe(0)
})
