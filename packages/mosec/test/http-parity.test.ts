/** Endpoints and statuses as Mosec has them, one test a promise, over a real server's port. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { promisify } from 'node:util'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { get, post, start } from './square-client.ts'

const LIMIT_BYTES = 100_000
const run = promisify(execFile)

describe('endpoints and statuses', () => {
  let program: Program
  beforeAll(async () => {
    program = await start('echo', { flags: ['--max-request-size', `${LIMIT_BYTES}`] })
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  const send = (init: RequestInit): Promise<Response> =>
    fetch(`${program.url}/inference`, { method: 'POST', ...init })

  it('GET / is 200 MOSEC service', async () => {
    expect(await get(program, '/')).toMatchObject({ status: 200, body: 'MOSEC service' })
  })

  it('server: mosec/<version> on every response', async () => {
    const answers = [
      await get(program, '/'),
      await get(program, '/metrics'),
      await get(program, '/healthz'),
      await get(program, '/nowhere'),
      await get(program, '/inference'),
      await post(program, { text: 'a' }),
      await post(program, 'no object with a text'),
    ]
    for (const { headers } of answers) expect(headers.get('server')).toMatch(/^mosec\/\d+\.\d+\.\d+$/)
  })

  it("POST <route> is 200 with the egress codec's MIME", async () => {
    const { status, headers, body } = await post(program, { text: 'ab', times: 2 })
    expect([status, headers.get('content-type'), body]).toEqual([200, 'application/json', '{"text":"abab"}'])
  })

  it('404 elsewhere', async () => {
    for (const path of ['/nowhere', '/inference/', '/infer', '/health']) {
      expect([path, (await post(program, {}, path)).status]).toEqual([path, 404])
    }
  })

  it('405 with Allow on a wrong method', async () => {
    const { status, headers } = await get(program, '/inference')
    expect([status, headers.get('allow')]).toEqual([405, 'POST'])
    const metrics = await post(program, {}, '/metrics')
    expect([metrics.status, metrics.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('400 decoding error on bytes that do not decode', async () => {
    const response = await send({ body: '{"text": oops}' })
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(/^decoding error: /),
    ])
  })

  it('an empty body is 400 no data provided', async () => {
    const response = await send({ body: '' })
    expect([response.status, await response.text()]).toEqual([400, 'no data provided'])
  })

  it('413 request body is too large above --max-request-size', async () => {
    const fits = JSON.stringify({ text: 'a'.repeat(LIMIT_BYTES - 11) })
    expect((await send({ body: fits })).status).toBe(200)
    const response = await send({ body: `${fits} ` })
    expect([response.status, await response.text()]).toEqual([413, 'request body is too large'])
  })

  it('413 also for chunked bodies, without buffering past the limit', async () => {
    let sentBytes = 0
    const unending = new ReadableStream<Uint8Array>({
      // Past the limit nothing more comes, and no end: a client that goes on may find the connection closed.
      async pull(controller) {
        if (sentBytes > LIMIT_BYTES) await new Promise(() => {})
        sentBytes += 10_000
        controller.enqueue(Buffer.alloc(10_000, 'x'))
      },
    })
    const response = await send({ body: unending, duplex: 'half' })
    expect([response.status, await response.text()]).toEqual([413, 'request body is too large'])
    expect(sentBytes).toBeGreaterThan(LIMIT_BYTES)
    expect((await post(program, { text: 'still works' })).status).toBe(200)
  })

  it('Content-Type unknown is 415 naming what is accepted; Accept unsatisfiable is 406', async () => {
    const unread = await send({ body: 'a,b', headers: { 'content-type': 'text/csv' } })
    expect([unread.status, await unread.text()]).toEqual([
      415,
      'unsupported media type: got text/csv, this route reads application/json',
    ])
    const unwritten = await send({ body: '{}', headers: { accept: 'image/png' } })
    expect([unwritten.status, await unwritten.text()]).toEqual([
      406,
      'not acceptable: this route answers application/json',
    ])
  })

  it('GET /metrics with its Content-Type, in Prometheus text', async () => {
    const { status, headers, body } = await get(program, '/metrics')
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=0\.0\.4/),
    ])
    expect(body).toMatch(/^# TYPE mosec_service_throughput_total counter$/m)
  })

  it('GET /health/live and /health/ready, same at /healthz and /readyz', async () => {
    for (const path of ['/health/live', '/healthz', '/health/ready', '/readyz']) {
      const { status, headers } = await get(program, path)
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'application/json'])
    }
  })

  it('without --compression an encoded body is 415, and answers are plain', async () => {
    const response = await send({ body: 'x', headers: { 'content-encoding': 'gzip' } })
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    const long = await post(program, { text: 'plain ', times: 1000 })
    expect(long.headers.get('content-encoding')).toBeNull()
  })

  it('HTTP/2 (h2c, prior knowledge) and HTTP/1.1 on the same port', async () => {
    const session = connect(program.url)
    const stream = session.request({ ':method': 'POST', ':path': '/inference' })
    stream.setEncoding('utf8').end('{"text":"two"}')
    const overHttp1 = post(program, { text: 'one' })
    const [headers] = await once(stream, 'response')
    expect([headers[':status'], headers['content-type']]).toEqual([200, 'application/json'])
    expect((await stream.toArray()).join('')).toBe('{"text":"two"}')
    expect((await overHttp1).body).toBe('{"text":"one"}')
    session.close()
  })

  it('HTTP/2 with curl --http2-prior-knowledge: answers and errors', async () => {
    const curl = async (body: string): Promise<string> => {
      const format = ' %{http_version} %{http_code}'
      const flags = ['-s', '--http2-prior-knowledge', '-w', format, '-d', body]
      return (await run('curl', [...flags, `${program.url}/inference`])).stdout
    }
    expect(await curl('{"text":"a"}')).toBe('{"text":"a"} 2 200')
    expect(await curl('')).toBe('no data provided 2 400')
    expect(await curl('x'.repeat(LIMIT_BYTES + 1))).toBe('request body is too large 2 413')
  })
})

describe('Retry-After', () => {
  it('429 too many request: task queue is full, with Retry-After', async () => {
    await using hold = await openHold()
    await using program = await start('echo', { flags: ['--capacity', '1', '--timeout', '60000'] })
    const leaving = new AbortController()
    const init = {
      method: 'POST',
      body: JSON.stringify({ text: 'a', hold: hold.url }),
      signal: leaving.signal,
    }
    const asked = Array.from({ length: 20 }, () => fetch(`${program.url}/inference`, init))
    // Nobody is let go, so what answers first was refused.
    const refused = await Promise.race(asked)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await refused.text()).toBe('too many request: task queue is full')
    leaving.abort()
    await Promise.allSettled(asked)
  })

  it('503 gracefully shutting down while draining, with Retry-After', async () => {
    await using hold = await openHold()
    await using program = await start('echo', { flags: ['--timeout', '60000'] })
    const held = post(program, { text: 'held', hold: hold.url })
    const release = await hold.next()
    process.kill(program.pid, 'SIGTERM')
    await expect.poll(async () => (await get(program, '/')).status).toBe(503)
    for (const answer of [await get(program, '/'), await post(program, { text: 'late' })]) {
      expect(answer).toMatchObject({ status: 503, body: 'gracefully shutting down' })
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    release()
    expect((await held).body).toBe('{"text":"held"}')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  })
})
