/** Clients that drip, or read nothing: each is ended in bounded time, and those that only wait are not. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { createHttp1 } from './http1-server.ts'
import type { Listening } from './listen.ts'
import { Http2Fetch } from './testing/http2-fetch.ts'
import { RawClient } from './testing/raw-client.ts'
import { listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

/** So that the bounds, which are minutes for users, are fractions of a second. */
const REQUEST_TIMEOUT_MS = 100
/** More than the buffers of the system hold (tcp(7): 6 + 4 MiB at most). */
const LARGE = Buffer.alloc(24 * 1024 * 1024, 'y')
const head = 'POST /inference HTTP/1.1\r\nhost: x\r\n'

interface Rig extends AsyncDisposable {
  readonly test: TestFace
  readonly listening: Listening
  readonly client: RawClient
}

async function rig(way: string): Promise<Rig> {
  const test = makeTestFace({ requestTimeoutMs: REQUEST_TIMEOUT_MS })
  if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  return {
    test,
    listening,
    client,
    async [Symbol.asyncDispose]() {
      client.destroy()
      const other = await RawClient.connect(listening.port)
      other.post('/inference', 'again')
      const task = await test.submitter.submitted.next()
      expect(task.text).toBe('again')
      task.succeed('fine')
      await other.waitFor('fine')
      other.destroy()
      await listening.close()
    },
  }
}

/** A byte every few milliseconds, as long as the server listens. */
function drip(client: RawClient, byte: string): Disposable {
  const timer = setInterval(() => client.send(byte), 5)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

const ways = ['direct', 'through Hono'] as const

it.each(ways)('%s: a head that drips is ended with 408', async (way) => {
  await using ready = await rig(way)
  ready.client.send(`${head}x-a: `)
  using _dripping = drip(ready.client, 'a')
  expect(await ready.client.closed()).toMatch(/^HTTP\/1.1 408 .*\r\nserver: mosec\/test\r\n/)
})

it.each(ways)('%s: a body that drips is ended with 408', async (way) => {
  await using ready = await rig(way)
  ready.client.send(`${head}content-length: 50000\r\n\r\n`)
  using _dripping = drip(ready.client, 'a')
  expect(await ready.client.closed()).toMatch(/^HTTP\/1.1 408 .*\r\nserver: mosec\/test\r\n/)
  expect(await ready.test.answers.next()).toMatchObject({ status: 499 })
})

it.each(ways)('%s: the rest of a refused body drips: the connection is ended', async (way) => {
  await using ready = await rig(way)
  ready.client.send(`${head}content-type: text/csv\r\ncontent-length: 50000\r\n\r\n`)
  using _dripping = drip(ready.client, 'a')
  expect(await ready.client.closed()).toMatch(/^HTTP\/1.1 415 /)
})

it.each(ways)(
  '%s: an answer that nobody reads ends with its connection, one that is awaited does not',
  async (way) => {
    await using ready = await rig(way)
    const { client, test, listening } = ready
    client.post('/inference', 'awaited')
    const awaited = await test.submitter.submitted.next()
    const deaf = await RawClient.connect(listening.port)
    deaf.pause()
    deaf.post('/inference', 'unread')
    const unread = await test.submitter.submitted.next()
    unread.settle({ code: 'ok', bytes: LARGE })
    expect(await test.answers.next()).toMatchObject({ status: 499 })
    // The first one has been silent for longer.
    awaited.succeed('in the end')
    await client.waitFor('in the end')
    expect(await test.answers.next()).toMatchObject({ status: 200 })
    deaf.destroy()
  },
)

it.each(ways)('%s, HTTP/2: a stream that nobody reads is cancelled, the others go on', async (way) => {
  await using ready = await rig(way)
  const { test, listening } = ready
  const client = new Http2Fetch(listening.port)
  const headers = { ':path': '/inference', ':method': 'POST' }
  const awaited = client.session.request(headers).end('awaited')
  const waiting = await test.submitter.submitted.next()
  const deaf = client.session.request(headers).end('unread')
  deaf.on('error', () => {})
  ;(await test.submitter.submitted.next()).settle({ code: 'ok', bytes: LARGE })
  expect(await test.answers.next()).toMatchObject({ status: 499 })
  waiting.succeed('in the end')
  expect(await textOf(awaited)).toBe('in the end')
  deaf.destroy()
  await client.close()
})

it('a connection that is kept alive ends after its time', async () => {
  const http1 = createHttp1({
    dispatch: (_request, response) => response.end('hello'),
    serverHeader: 'mosec/test',
    headersTimeoutMs: 60_000,
    requestTimeoutMs: 60_000,
    keepAliveMs: 50,
  })
  const server = createServer({ allowHalfOpen: true }, (socket) => http1.accept(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = await RawClient.connect(typeof address === 'object' ? (address?.port ?? 0) : 0)
  client.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(await client.closed()).toMatch(/\r\n\r\nhello$/)
  server.close()
  http1.stop()
})

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
