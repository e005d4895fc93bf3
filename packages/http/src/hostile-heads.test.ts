/** Heads and bodies in shapes that no client should send: too long, too slow, or meant to be read in two ways. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listening } from './listen.ts'
import { RawClient } from './testing/raw-client.ts'
import { LIMIT_BYTES, listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

describe.each(['direct', 'through Hono'])('hostile heads and bodies, %s', (way) => {
  let test: TestFace
  let listening: Listening
  let client: RawClient

  async function open(requestTimeoutMs: number): Promise<void> {
    test = makeTestFace({ requestTimeoutMs })
    if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
    listening = await listenLocally(test.face)
    client = await RawClient.connect(listening.port)
  }

  beforeEach(() => open(60_000))

  afterEach(async () => {
    client.destroy()
    await stillWorks()
    await listening.close()
  })

  async function stillWorks(): Promise<void> {
    const other = await RawClient.connect(listening.port)
    other.post('/inference', 'again')
    ;(await test.submitter.submitted.next()).succeed('fine')
    await other.waitFor('fine')
    other.destroy()
  }

  const head = 'POST /inference HTTP/1.1\r\nhost: x\r\n'
  const chunked = 'transfer-encoding: chunked\r\n'

  it.each([
    ['a length after chunks', `${head}${chunked}content-length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
    ['two lengths', `${head}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`],
    ['two lengths in one line', `${head}content-length: 3, 4\r\n\r\nabcd`],
    ['a negative length', `${head}content-length: -3\r\n\r\nabc`],
    ['a length in hex', `${head}content-length: 0x3\r\n\r\nabc`],
    ['a length beyond all numbers', `${head}content-length: 99999999999999999999999\r\n\r\nabc`],
    ['an encoding behind chunked', `${head}transfer-encoding: chunked, identity\r\n\r\nabc`],
    ['a chunk size that is none', `${head}${chunked}\r\nzz\r\nabc\r\n0\r\n\r\n`],
    ['a chunk longer than its size', `${head}${chunked}\r\n2\r\nabc\r\n0\r\n\r\n`],
    ['a space before the colon', `${head}content-length : 3\r\n\r\nabc`],
    ['a line that is no header', `${head}nonsense\r\n\r\n`],
    ['a null byte in a header', `${head}x-a: a\0b\r\n\r\n`],
    ['a bare line feed inside a header', `${head}x-a: a\ncontent-length: 3\r\n\r\nabc`],
    [
      'a header folded over two lines',
      `${head}x-a: 1\r\n content-length: 99\r\ncontent-length: 3\r\n\r\nabc`,
    ],
    ['a version that nobody speaks', 'POST /inference HTTP/9.9\r\nhost: x\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s: 400, the connection ends, and nothing is a task', async (_, text) => {
    client.send(text)
    expect(await client.closed()).toMatch(/^HTTP\/1.1 400 Bad Request\r\nserver: mosec\/test\r\n/)
    expect(test.submitter.submitted.size).toBe(0)
  })

  it.each([9000, 20_000])('a target of %i bytes: 414', async (length) => {
    client.send(`POST /inference?${'a'.repeat(length)} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx`)
    expect(await client.closed()).toMatch(/^HTTP\/1.1 414 .*\r\nserver: mosec\/test\r\n/)
  })

  it('chunks above the limit: 413 before the rest is read', async () => {
    client.send(`${head}${chunked}\r\n`)
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    for (let sent = 0; sent <= LIMIT_BYTES; sent += 0x4000) client.send(chunk)
    expect(await client.waitFor('too large')).toMatch(/^HTTP\/1.1 413 /)
    expect(test.submitter.submitted.size).toBe(0)
  })

  it('a body that dawdles: 408, and the connection ends', async () => {
    await listening.close()
    await open(50)
    client.send(`${head}content-length: 10\r\n\r\nabc`)
    expect(await client.closed()).toMatch(/^HTTP\/1.1 408 .*\r\nserver: mosec\/test\r\n/)
    expect(await test.answers.next()).toMatchObject({ status: 499 })
    expect(test.submitter.submitted.size).toBe(0)
  })

  it('a head that dawdles: 408, and the connection ends', async () => {
    await listening.close()
    await open(50)
    client.send('POST /inference HTTP/1.1\r\nx-a: 1\r\n')
    expect(await client.closed()).toMatch(/^HTTP\/1.1 408 .*\r\nserver: mosec\/test\r\n/)
  })

  it('a thousand connections that say nothing, or half a word', async () => {
    const idle = await Promise.all(Array.from({ length: 1000 }, () => RawClient.connect(listening.port)))
    for (const [index, each] of idle.entries()) if (index % 2 === 0) each.send('POST /infer')
    await stillWorks()
    for (const each of idle) each.destroy()
  })

  it('many pipelined requests, refusals among them: answered in order', async () => {
    for (let index = 0; index < 20; index++)
      client.post(index % 5 === 0 ? '/nowhere' : '/inference', `<${index}>`)
    const tasks = []
    while (tasks.length < 16) tasks.push(await test.submitter.submitted.next())
    for (const task of tasks.toReversed()) task.succeed(`done ${task.text}`)
    const received = await client.waitFor('done <19>')
    const order = received.match(/not found|done <\d+>/g)
    const expected = Array.from({ length: 20 }, (_, index) =>
      index % 5 === 0 ? 'not found' : `done <${index}>`,
    )
    expect(order).toEqual(expected)
  })
})
