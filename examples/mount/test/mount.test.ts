import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

describe.each(['hono', 'express', 'fastify'])('mounted in %s', (name) => {
  let host: Program
  beforeAll(async () => {
    host = await startProgram({ file: path(name), env: { PORT: '0' } })
  })
  afterAll(async () => {
    expect(await host.stop()).toEqual({ code: 0, signal: null })
    expect(host.output()).not.toMatch(/error/i)
  })

  const ask = async (url: string, request: RequestInit = {}): Promise<[number, string]> => {
    const response = await fetch(`${host.url}${url}`, { signal: AbortSignal.timeout(5000), ...request })
    return [response.status, await response.text()]
  }
  const shout = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    ask('/models/shout', { method: 'POST', body, headers })

  it.each([
    ['with a content type', { 'content-type': 'application/json' }],
    ['with another', { 'content-type': 'application/json; charset=utf-8' }],
    ['without one', {}],
  ])('reads the body itself, %s', async (_, headers) => {
    const body = new TextEncoder().encode('{"text": "hey"}')
    expect(await shout(body, headers)).toEqual([200, '{"text":"HEY!"}'])
  })

  it('answers under the prefix as it does elsewhere: query, health, metrics, service', async () => {
    const request = { method: 'POST', body: '{"text": "a"}', headers: { 'content-type': 'application/json' } }
    expect(await ask('/models/shout?from=test', request)).toEqual([200, '{"text":"A!"}'])
    expect(await ask('/models/health/ready')).toEqual([200, '{"status":"ready"}'])
    expect(await ask('/models/')).toEqual([200, 'MOSEC service'])
    const [status, metrics] = await ask('/models/metrics')
    expect(status).toBe(200)
    expect(metrics).toMatch(/^mosec_service_throughput_total\{code="200",endpoint="\/shout"\} [1-9]/m)
  })

  it('keeps its own errors', async () => {
    const json = { 'content-type': 'application/json' }
    const wrong = 'request validation error: text must be a string, got number'
    expect(await shout('{"text": 1}', json)).toEqual([422, wrong])
    expect(await shout('{"text": ', json)).toEqual([400, expect.stringMatching(/^decoding error: /)])
    expect(await shout('', json)).toEqual([400, 'no data provided'])
    expect(await shout('a', { 'content-type': 'text/x' })).toEqual([
      415,
      expect.stringMatching(/^unsupported media type: got text\/x/),
    ])
    expect(await ask('/models/shout')).toEqual([405, 'method not allowed: use POST'])
    expect(await ask('/models/nowhere')).toEqual([404, 'not found'])
    expect(await shout('{"text": "still here"}', json)).toEqual([200, '{"text":"STILL HERE!"}'])
  })

  it('takes bodies beyond the limits of the host, up to its own', async () => {
    const json = { 'content-type': 'application/json' }
    const [status, answer] = await shout(JSON.stringify({ text: 'x'.repeat(5_000_000) }), json)
    expect([status, answer.length]).toEqual([200, 5_000_012])
    const tooLong = JSON.stringify({ text: 'x'.repeat(10 * 1024 * 1024) })
    expect(await shout(tooLong, json)).toEqual([413, 'request body is too large'])
  })

  it('streams, and ends a stream whose reader left', async () => {
    const spelt = [200, 'event: message\ndata: h\n\nevent: message\ndata: i\n\n']
    expect(await ask('/models/spell', { method: 'POST', body: '{"text": "hi"}' })).toEqual(spelt)

    const leaving = new AbortController()
    const request = { method: 'POST', body: `{"text": "${'x'.repeat(1000)}"}`, signal: leaving.signal }
    const response = await fetch(`${host.url}/models/spell`, request)
    await response.body?.getReader().read()
    leaving.abort()
    // Its deadline would be three seconds away, and 1000 letters twenty.
    const left = /^mosec_service_cancelled_task_total\{endpoint="\/spell",where="streaming",stage="\w+"\} 1$/m
    await expect.poll(async () => (await ask('/models/metrics'))[1], { timeout: 2000 }).toMatch(left)
    expect(await ask('/models/spell', { method: 'POST', body: '{"text": "hi"}' })).toEqual(spelt)
  })

  it('leaves the rest to the host', async () => {
    expect(await ask('/')).toEqual([200, expect.stringMatching(/^the page of the \w+ app$/)])
    const echoed = await ask('/echo', {
      method: 'POST',
      body: '{"parsed": "by the host"}',
      headers: { 'content-type': 'application/json' },
    })
    expect(echoed).toEqual([200, '{"parsed":"by the host"}'])
    expect((await ask('/nowhere'))[0]).toBe(404)
  })
})
