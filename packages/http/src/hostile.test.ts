/** Clients that leave, lie, hurry or dawdle, over real sockets. */

import { outcomes } from '@mosec/core'
import { FakeClock } from '@mosec/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listening } from './listen.ts'
import { RawClient } from './testing/raw-client.ts'
import { LIMIT_BYTES, listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

describe.each(['direct', 'through Hono'])('hostile clients, %s', (way) => {
  const clock = new FakeClock()
  let test: TestFace
  let listening: Listening
  let client: RawClient

  beforeEach(async () => {
    test = makeTestFace({ clock })
    if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
    listening = await listenLocally(test.face)
    client = await RawClient.connect(listening.port)
  })

  afterEach(async () => {
    client.destroy()
    await stillWorks()
    await listening.close()
    expect(clock.pendingTimers).toBe(0)
  })

  async function stillWorks(): Promise<void> {
    const other = await RawClient.connect(listening.port)
    other.post('/inference', 'again')
    const task = await test.submitter.submitted.next()
    expect(task.text).toBe('again')
    task.succeed('fine')
    await other.waitFor('fine')
    other.destroy()
  }

  it('one byte at a time', async () => {
    const text = 'POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc'
    for (const byte of text) client.send(byte)
    const task = await test.submitter.submitted.next()
    expect(task.text).toBe('abc')
    task.succeed('done')
    expect(await client.waitFor('done')).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  })

  it('leaves in the middle of the head: nobody is told', async () => {
    client.send('POST /inference HTTP/1.1\r\nhost: x\r\n').destroy()
    await stillWorks()
    expect(await test.answers.next()).toMatchObject({ status: 200 })
  })

  it('leaves in the middle of the body: no task, 499', async () => {
    client.send('POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n')
    await client.waitFor('100 Continue')
    client.send('abc').destroy()
    expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status: 499 })
    expect(test.submitter.submitted.size).toBe(0)
  })

  it('leaves while its task runs: cancelled, 499', async () => {
    client.post('/inference', 'x')
    const task = await test.submitter.submitted.next()
    client.destroy()
    expect(await test.submitter.cancelled.next()).toBe(task)
    expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status: 499 })
  })

  it('leaves a stream before and after its head', async () => {
    client.post('/stream', 'x')
    const early = await test.submitter.submitted.next()
    client.destroy()
    expect(await test.submitter.cancelled.next()).toBe(early)
    client = await RawClient.connect(listening.port)
    client.post('/stream', 'x', 'accept: text/event-stream')
    const late = await test.submitter.submitted.next()
    await client.waitFor('text/event-stream')
    client.destroy()
    expect(await test.submitter.cancelled.next()).toBe(late)
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 499 })
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 499 })
  })

  it('pipelines two requests: answered in order, whatever ends first', async () => {
    client.post('/inference', 'first').post('/inference', 'second')
    const first = await test.submitter.submitted.next()
    const second = await test.submitter.submitted.next()
    second.succeed('two')
    first.succeed('one')
    const received = await client.waitFor('two')
    expect(received.indexOf('one')).toBeLessThan(received.indexOf('two'))
  })

  it('pipelines two requests and leaves: both are cancelled', async () => {
    client.post('/inference', 'first').post('/inference', 'second')
    const tasks = [await test.submitter.submitted.next(), await test.submitter.submitted.next()]
    client.destroy()
    const cancelled = [await test.submitter.cancelled.next(), await test.submitter.cancelled.next()]
    expect(new Set(cancelled)).toEqual(new Set(tasks))
    expect(await test.answers.next()).toMatchObject({ status: 499 })
    expect(await test.answers.next()).toMatchObject({ status: 499 })
  })

  it('declares a length that is too large: 413 before a byte of it', async () => {
    client.send(`POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: ${LIMIT_BYTES + 1}\r\n\r\n`)
    const received = await client.waitFor('request body is too large')
    expect(received).toMatch(/^HTTP\/1.1 413 /)
    expect(received).toContain('server: mosec/test')
  })

  it('declares more than it sends and ends', async () => {
    client.send('POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc').end()
    const received = await client.closed()
    expect(received).not.toContain('200 OK')
    expect(test.submitter.submitted.size).toBe(0)
    expect((await test.answers.next()).status).toBe(499)
  })

  it('declares less than it sends: the rest is no request', async () => {
    client.send('POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc')
    const task = await test.submitter.submitted.next()
    task.succeed('done')
    await client.waitFor('done')
    client.send('def\r\n\r\n')
    const received = await client.closed()
    expect(received).toContain('HTTP/1.1 400 Bad Request\r\nserver: mosec/test\r\n')
  })

  it('sends both lengths: 400, since that is how requests are smuggled', async () => {
    client.send(
      'POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    )
    const received = await client.closed()
    expect(received).toMatch(/^HTTP\/1.1 400 Bad Request\r\nserver: mosec\/test\r\n/)
    expect(test.submitter.submitted.size).toBe(0)
  })

  it('sends a head that is too large: 431', async () => {
    client.send(`POST /inference HTTP/1.1\r\nhost: x\r\nx-much: ${'a'.repeat(20_000)}\r\n\r\n`)
    const received = await client.closed()
    expect(received).toMatch(/^HTTP\/1.1 431 .*\r\nserver: mosec\/test\r\n/)
  })

  it('sends no host, or expects what nobody knows', async () => {
    client.send('POST /inference HTTP/1.1\r\ncontent-length: 1\r\n\r\nx')
    expect(await client.closed()).toMatch(/^HTTP\/1.1 400 .*\r\nserver: mosec\/test\r\n/)
    client = await RawClient.connect(listening.port)
    client.post('/inference', 'x', 'expect: a miracle')
    expect(await client.closed()).toMatch(/^HTTP\/1.1 417 .*\r\nserver: mosec\/test\r\n/)
  })

  it('speaks HTTP/1.0 without a host: answered, then closed', async () => {
    client.send('POST /inference HTTP/1.0\r\ncontent-length: 1\r\n\r\nx')
    const task = await test.submitter.submitted.next()
    task.succeed('old')
    const received = await client.closed()
    expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(received).toMatch(/\r\n\r\nold$/)
  })

  it('waits for 100 Continue before it sends its body', async () => {
    client.send('POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n')
    await client.waitFor('HTTP/1.1 100 Continue')
    client.send('abc')
    const task = await test.submitter.submitted.next()
    task.succeed('done')
    const received = await client.waitFor('done')
    expect(received.split('100 Continue')).toHaveLength(2)
  })

  it('is refused instead of told to continue', async () => {
    client.send(
      `POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: ${LIMIT_BYTES * 9}\r\nexpect: 100-continue\r\n\r\n`,
    )
    expect(await client.waitFor('too large')).toMatch(/^HTTP\/1.1 413 /)
  })

  it('names a target that is no path', async () => {
    client.send('GET http://x/ HTTP/1.1\r\nhost: x\r\n\r\n')
    await client.waitFor('MOSEC service')
    client.send('OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n')
    const received = await client.waitFor('HTTP/1.1 4')
    expect(received.split('server: mosec/test')).toHaveLength(3)
  })

  it('reads nothing while its task ends badly', async () => {
    client.pause()
    client.post('/inference', 'x')
    const task = await test.submitter.submitted.next()
    task.settle(outcomes.workerCrashed)
    client.resume()
    await client.waitFor('worker crashed')
  })
})
