/** HTTP/2 over real sockets: what its clients may do to a server, and how a port closes on them. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:http2'
import { promisify } from 'node:util'
import { FakeClock } from '@mosec/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LINGER_MS } from './linger.ts'
import type { Listening } from './listen.ts'
import { hasCommand } from './testing/commands.ts'
import { JSON_TYPE, post } from './testing/http-suite.ts'
import { Http2Fetch } from './testing/http2-fetch.ts'
import { RawClient } from './testing/raw-client.ts'
import { LIMIT_BYTES, listenLocally, makeTestFace, type TestFace } from './testing/test-face.ts'

const run = promisify(execFile)

describe.each(['direct', 'through Hono'])('HTTP/2, %s', (way) => {
  let clock: FakeClock
  let test: TestFace
  let listening: Listening
  let client: Http2Fetch

  beforeEach(async () => {
    clock = new FakeClock()
    test = makeTestFace({ clock, requestTimeoutMs: 5000 })
    if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
    listening = await listenLocally(test.face)
    client = new Http2Fetch(listening.port)
  })

  afterEach(async () => {
    await Promise.all([client.close(), listening.close()])
    expect(clock.pendingTimers).toBe(0)
  })

  async function stillWorks(): Promise<void> {
    const other = new Http2Fetch(listening.port)
    const pending = other.fetch('/inference', post('again', JSON_TYPE))
    const task = await test.submitter.submitted.next()
    task.succeed('fine')
    expect(await (await pending).text()).toBe('fine')
    await other.close()
  }

  it('answers many streams of one connection, in whatever order they end', async () => {
    const pending = Array.from({ length: 50 }, (_, index) => client.fetch('/inference', post(`${index}`)))
    const tasks = []
    while (tasks.length < 50) tasks.push(await test.submitter.submitted.next())
    for (const task of tasks.toReversed()) task.succeed(`<${task.text}>`)
    const texts = await Promise.all(pending.map(async (response) => (await response).text()))
    expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => `<${index}>`))
  })

  it('serves HTTP/1.1 on the same port at the same time', async () => {
    const pending = client.fetch('/inference', post('two'))
    const raw = await RawClient.connect(listening.port)
    const second = await test.submitter.submitted.next()
    raw.post('/inference', 'one')
    const first = await test.submitter.submitted.next()
    first.succeed('over 1.1')
    second.succeed('over 2')
    expect(await raw.waitFor('over 1.1')).toMatch(/^HTTP\/1.1 200 OK/)
    expect(await (await pending).text()).toBe('over 2')
    raw.destroy()
  })

  it('sends no header that HTTP/2 forbids, also while it shuts down', async () => {
    const pending = client.fetch('/inference', post('x'))
    const task = await test.submitter.submitted.next()
    task.settle({ code: 'shutting_down', bytes: Buffer.from('gracefully shutting down') })
    const response = await pending
    expect(response.status).toBe(503)
    for (const name of ['connection', 'keep-alive', 'transfer-encoding']) {
      expect([name, response.headers.get(name)]).toEqual([name, null])
    }
    await response.text()
    await stillWorks()
  })

  it('cancels all tasks of a connection that breaks', async () => {
    const pending = [1, 2, 3].map(() => client.fetch('/inference', post('x')).catch(() => undefined))
    const tasks = new Set()
    while (tasks.size < 3) tasks.add(await test.submitter.submitted.next())
    client.session.destroy()
    const cancelled = new Set()
    while (cancelled.size < 3) cancelled.add(await test.submitter.cancelled.next())
    expect(cancelled).toEqual(tasks)
    for (let count = 0; count < 3; count++) expect((await test.answers.next()).status).toBe(499)
    await Promise.all(pending)
    await stillWorks()
  })

  it('a body that is cut off is no task', async () => {
    const stream = client.session.request({
      ':path': '/inference',
      ':method': 'POST',
      'content-length': '100',
      expect: '100-continue',
    })
    stream.on('error', () => {})
    await once(stream, 'continue')
    stream.write('half a b')
    stream.close(constants.NGHTTP2_CANCEL)
    expect((await test.answers.next()).status).toBe(499)
    expect(test.submitter.submitted.size).toBe(0)
    await stillWorks()
  })

  it('a length that lies is no task', async () => {
    const headers = { ':path': '/inference', ':method': 'POST', 'content-length': '3' }
    const stream = client.session.request(headers)
    stream.on('error', () => {})
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.end('more than three')
    // Node 20 ends the stream, newer ones the connection.
    await closed
    expect(test.submitter.submitted.size).toBe(0)
    await stillWorks()
  })

  it('is refused with 413 instead of told to continue', async () => {
    const stream = client.session.request({
      ':path': '/inference',
      ':method': 'POST',
      'content-length': String(LIMIT_BYTES + 1),
      expect: '100-continue',
    })
    stream.on('error', () => {})
    let wasToldToContinue = false
    stream.on('continue', () => {
      wasToldToContinue = true
    })
    const [headers] = await once(stream, 'response')
    expect([headers[':status'], wasToldToContinue]).toEqual([413, false])
    stream.resume()
    clock.advance(LINGER_MS)
    await stillWorks()
  })

  it('gives a body that dawdles 408', async () => {
    const stream = client.session.request({
      ':path': '/inference',
      ':method': 'POST',
      expect: '100-continue',
    })
    stream.on('error', () => {})
    await once(stream, 'continue')
    stream.write('slow')
    clock.advance(5000)
    const [headers] = await once(stream, 'response')
    expect(headers[':status']).toBe(408)
    stream.resume()
    expect(test.submitter.submitted.size).toBe(0)
    await stillWorks()
  })

  it('drains with GOAWAY: no stream that is under way is refused, on old connections and new ones', async () => {
    const pending = client.fetch('/inference', post('before'))
    const task = await test.submitter.submitted.next()
    const goaway = once(client.session, 'goaway')
    listening.drain()
    const [code, lastStream] = await goaway
    expect({ code, lastStream }).toEqual({ code: constants.NGHTTP2_NO_ERROR, lastStream: 2 ** 31 - 1 })
    task.succeed('answered')
    expect(await (await pending).text()).toBe('answered')

    const other = new Http2Fetch(listening.port)
    const late = other.fetch('/inference', post('while it drains'))
    const lateTask = await test.submitter.submitted.next()
    lateTask.succeed('served')
    expect(await (await late).text()).toBe('served')
    await Promise.all([listening.close(), other.close()])
  })

  it('closes with GOAWAY: streams in flight are answered, new ones are not taken', async () => {
    const pending = client.fetch('/inference', post('x'))
    const task = await test.submitter.submitted.next()
    const goaway = once(client.session, 'goaway')
    const closed = listening.close()
    const [code] = await goaway
    expect(code).toBe(constants.NGHTTP2_NO_ERROR)
    task.succeed('finished')
    expect(await (await pending).text()).toBe('finished')
    await closed
  })

  it('a large answer to a slow reader survives close', async () => {
    const sizeBytes = 20_000_000
    const pending = client.fetch('/raw', post('x'))
    const task = await test.submitter.submitted.next()
    task.settle({ code: 'ok', bytes: Buffer.alloc(sizeBytes, 'y') })
    const response = await pending
    const closed = listening.close()
    expect((await response.arrayBuffer()).byteLength).toBe(sizeBytes)
    await closed
  })

  it('ends a connection that resets its streams without end', async () => {
    const ended = new Promise((resolve) => client.session.once('close', resolve))
    const resetMore = (): void => {
      for (let count = 0; count < 200 && !client.session.destroyed; count++) {
        const stream = client.session.request({ ':path': '/inference', ':method': 'POST' })
        stream.on('error', () => {})
        stream.close(constants.NGHTTP2_CANCEL)
      }
      if (!client.session.destroyed) setImmediate(resetMore)
    }
    resetMore()
    await ended
    expect(test.submitter.submitted.size).toBe(0)
    await stillWorks()
  })

  it('refuses a head that is too large, and keeps the connection', async () => {
    // Limits hold once the client has confirmed them.
    await once(client.session, 'remoteSettings')
    const headers = { 'x-much': 'a'.repeat(40_000) }
    await expect(client.fetch('/inference', post('x', headers))).rejects.toThrow()
    const pending = client.fetch('/inference', post('x'))
    ;(await test.submitter.submitted.next()).succeed('fine')
    expect((await pending).status).toBe(200)
  })

  it('tells its limit of streams', async () => {
    await once(client.session, 'remoteSettings')
    expect(client.session.remoteSettings.maxConcurrentStreams).toBe(256)
  })

  it.skipIf(!hasCommand('curl'))('answers curl --http2-prior-knowledge', async () => {
    const url = `http://127.0.0.1:${listening.port}/inference`
    const asked = run('curl', ['-si', '--http2-prior-knowledge', url, '-d', '{"a":1}'])
    ;(await test.submitter.submitted.next()).succeed('{"b":2}')
    const { stdout } = await asked
    expect(stdout).toMatch(/^HTTP\/2 200 \r\nserver: mosec\/test\r\n/)
    expect(stdout).toMatch(/\r\n\r\n\{"b":2\}$/)
  })

  it.skipIf(!hasCommand('nghttp'))('answers nghttp', async () => {
    const { stdout } = await run('nghttp', ['-v', `http://127.0.0.1:${listening.port}/healthz`])
    expect(stdout).toContain(':status: 200')
    expect(stdout).toContain('{"status":"alive"}')
  })
})

describe('the first bytes of a connection', () => {
  it('may come one at a time', async () => {
    const test = makeTestFace()
    const listening = await listenLocally(test.face)
    const client = await RawClient.connect(listening.port)
    // Both begin with a P.
    for (const byte of 'POST /inference HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx') client.send(byte)
    ;(await test.submitter.submitted.next()).succeed('one')
    await client.waitFor('one')
    const second = await RawClient.connect(listening.port)
    for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') second.send(byte)
    // A SETTINGS frame is the server's half of the preface.
    await second.waitFor('\x04\0\0\0\0\0')
    second.destroy()
    client.destroy()
    await listening.close()
  })

  it('that only begin like HTTP/2 end the connection', async () => {
    const listening = await listenLocally(makeTestFace().face)
    const client = await RawClient.connect(listening.port)
    client.send('PRIME /inference HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(await client.closed()).not.toContain('200')
    await listening.close()
  })

  it.each(['', 'P', 'PR'])('that never come after %j: 408 and the end', async (sent) => {
    const clock = new FakeClock()
    const test = makeTestFace({ clock })
    const listening = await listenLocally(test.face)
    const client = await RawClient.connect(listening.port)
    client.send(sent)
    // The server has accepted the first once it answers the second.
    const other = await RawClient.connect(listening.port)
    other.send('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    await other.waitFor('alive')
    clock.advance(30_000)
    expect(await client.closed()).toMatch(/^HTTP\/1.1 408 .*\r\nserver: mosec\/test\r\n/)
    expect(other.isOpen).toBe(true)
    other.destroy()
    await listening.close()
    expect(clock.pendingTimers).toBe(0)
  })

  it('of a client that leaves or half-closes without a word, harm nobody', async () => {
    const clock = new FakeClock()
    const test = makeTestFace({ clock })
    const listening = await listenLocally(test.face)
    for (const sent of ['', 'P']) {
      const leaving = await RawClient.connect(listening.port)
      leaving.send(sent).destroy()
      const ending = await RawClient.connect(listening.port)
      ending.send(sent).end()
      await ending.closed()
    }
    await listening.close()
    expect(clock.pendingTimers).toBe(0)
  })
})
