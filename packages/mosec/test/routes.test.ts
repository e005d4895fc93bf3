import { msgpack } from '@mosec/codec-msgpack'
import { Server, Worker } from 'mosec'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { get, post, start } from './square-client.ts'

let program: Program
beforeAll(async () => {
  program = await start('shared')
})
afterAll(async () => {
  await program.stop()
})

describe('multi-route, shared stages', () => {
  it('appendWorker in order = pipeline, and list-valued route', async () => {
    expect(JSON.parse((await post(program, { name: 'one' }, '/a')).body)).toEqual({ name: 'one', batch: 1 })
    expect(JSON.parse((await post(program, { name: 'two' }, '/b')).body)).toEqual({
      wrapped: { name: 'two', batch: 1, marked: true },
    })
    expect((await post(program, {}, '/inference')).status).toBe(404)
  })

  it('one batch may hold tasks of two routes', async () => {
    await using hold = await openHold()
    const held = post(program, { name: 'held', hold: hold.url }, '/a')
    const release = await hold.next()
    const paths = ['/a', '/b', '/a', '/b']
    const waiting = paths.map((path, index) => post(program, { name: `waiting ${index}` }, path))
    await expect
      .poll(async () => (await get(program, '/metrics')).body)
      .toMatch(/^mosec_service_remaining_task 5$/m)
    release()
    expect((await held).status).toBe(200)
    const answers = (await Promise.all(waiting)).map(({ body }) => JSON.parse(body))
    expect(answers).toMatchObject([
      { batch: 4 },
      { wrapped: { batch: 4 } },
      { batch: 4 },
      { wrapped: { batch: 4 } },
    ])
    const { body } = await get(program, '/metrics')
    expect(body).toMatch(/^mosec_service_throughput_total\{code="200",endpoint="\/b"\} [1-9]/m)
  })

  it('an error in a stage goes straight to the client and skips the later stages', async () => {
    const answer = await post(program, { name: 'the bad one', bad: true }, '/b')
    expect(answer).toMatchObject({ status: 422, body: 'request validation error: bad it is' })
    expect((await post(program, { name: 'the good one' }, '/b')).status).toBe(200)
    await expect.poll(() => program.output()).toContain('marked the good one')
    expect(program.output()).not.toContain('marked the bad one')
  })

  it.each([
    '/',
    '/metrics',
    '/openapi',
    '/openapi/swagger/',
    '/health',
    '/health/ready',
    '/healthz',
    '/readyz',
  ])('reserved paths are refused with a clear message: %s', async (path) => {
    class Echo extends Worker {
      override forward(input: unknown): unknown {
        return input
      }
    }
    await expect(new Server().appendWorker(Echo, { route: path }).start()).rejects.toThrow(
      `not a route: ${path} is reserved: the server answers it itself`,
    )
  })
})

describe('several codecs on a route', () => {
  const packed = msgpack()
  const ask = async (path: string, request: 'json' | 'msgpack', accept: 'json' | 'msgpack') => {
    const bytes = request === 'json' ? JSON.stringify({ n: 1 }) : Buffer.from(packed.encode({ n: 1 }))
    const response = await fetch(`${program.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': `application/${request}`, accept: `application/${accept}` },
      body: bytes,
    })
    const body = new Uint8Array(await response.arrayBuffer())
    const type = response.headers.get('content-type')
    if (response.status !== 200) return { status: response.status, text: Buffer.from(body).toString() }
    return { type, value: accept === 'json' ? JSON.parse(Buffer.from(body).toString()) : packed.decode(body) }
  }

  it.each(['/list-class', '/list-module', '/own-list'])('%s: each of them, in and out', async (path) => {
    for (const request of ['json', 'msgpack'] as const) {
      for (const accept of ['json', 'msgpack'] as const) {
        expect(await ask(path, request, accept)).toEqual({
          type: `application/${accept}`,
          value: { got: { n: 1 } },
        })
      }
    }
  })

  it.each(['/mixin-class', '/mixin-module'])('%s: only the one of the mixin', async (path) => {
    expect(await ask(path, 'msgpack', 'msgpack')).toEqual({
      type: 'application/msgpack',
      value: { got: { n: 1 } },
    })
    expect(await ask(path, 'json', 'msgpack')).toMatchObject({
      status: 415,
      text: expect.stringContaining('msgpack'),
    })
    expect(await ask(path, 'msgpack', 'json')).toMatchObject({ status: 406 })
  })

  it('a codec of one route is unknown on another', async () => {
    expect(await ask('/mixin-json', 'msgpack', 'json')).toMatchObject({ status: 415 })
    expect(await ask('/mixin-json', 'json', 'json')).toMatchObject({ type: 'application/json' })
  })
})
