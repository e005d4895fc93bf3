import { once } from 'node:events'
import { connect } from 'node:http2'
import { connect as openSocket } from 'node:net'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, change, STAGE, startScaled, stateOf, TOKEN } from './admin-client.ts'
import { get, post } from './square-client.ts'

const asked = (program: Program, headers: Record<string, string>): Promise<Response> =>
  fetch(`${program.url}/admin/stages`, { headers })

const patch = (program: Program, body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
  admin(program, `/stages/${STAGE}`, { method: 'PATCH', body })

describe('/admin', () => {
  let program: Program
  beforeAll(async () => {
    program = await startScaled({ DEVICES: 'a,b' })
  })
  afterAll(async () => {
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  it('lists the stages', async () => {
    const response = await admin(program, '/stages')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { stages } = (await response.json()) as { stages: unknown }
    expect(stages).toEqual([await stateOf(program)])
    expect(stages).toMatchObject([
      {
        name: 'Scaled_1',
        routes: ['/inference'],
        replicas: 1,
        states: { ready: 1, starting: 0, backoff: 0, leaving: 0 },
        maxBatchSize: 8,
        maxWaitMs: null,
        policy: 'adaptive',
        isolation: 'process',
        drained: false,
      },
    ])
    expect((await admin(program, '/stages', { method: 'HEAD' })).status).toBe(200)
  })

  it.each([
    ['no token', {}],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['a shorter one', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['two', { authorization: `Bearer ${TOKEN} ${TOKEN}` }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['the bare token', { authorization: TOKEN }],
  ])('401 to who has %s', async (_, headers: Record<string, string>) => {
    const response = await asked(program, headers)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(await response.text()).not.toContain(TOKEN)
    expect((await asked(program, { authorization: `bearer ${TOKEN}` })).status).toBe(200)
  })

  it('who has no token does not learn which stages there are, and changes nothing', async () => {
    for (const path of ['/admin', '/admin/stages/Scaled_1', '/admin/stages/Nobody', '/admin/x']) {
      expect((await get(program, path)).status).toBe(401)
    }
    const init = { method: 'PATCH', body: '{"drained": true}' }
    expect((await fetch(`${program.url}/admin/stages/${STAGE}`, init)).status).toBe(401)
    expect(await stateOf(program)).toMatchObject({ drained: false })
    expect((await get(program, '/administrator')).status).toBe(404)
  })

  it.each([
    ['no JSON', 'replicas=2', 400, 'the body is no JSON: give an object such as {"replicas": 4}'],
    ['nothing', '', 400, 'the body is no JSON'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'the body is no JSON'],
    [
      'a list',
      '[1]',
      422,
      'changes to a stage are an object with replicas, maxBatchSize, maxWaitMs, drained; got an array',
    ],
    ['null', 'null', 422, 'changes to a stage are an object with'],
    [
      'no change',
      '{}',
      422,
      'nothing is changed: give at least one of replicas, maxBatchSize, maxWaitMs, drained',
    ],
    [
      'an unknown field',
      '{"replica": 2}',
      422,
      '"replica" cannot be changed while a stage runs; there are replicas,',
    ],
    ['__proto__', '{"__proto__": {"replicas": 2}}', 422, '"__proto__" cannot be changed while a stage runs'],
    [
      'no replicas',
      '{"replicas": 0}',
      422,
      'replicas takes an integer from 1 to 1024 ("drained": true takes a stage',
    ],
    ['half a replica', '{"replicas": 1.5}', 422, 'replicas takes an integer from 1 to 1024'],
    ['replicas as text', '{"replicas": "2"}', 422, 'got "2"'],
    [
      'replicas beyond env',
      '{"replicas": 3}',
      422,
      'stage option env takes one entry per replica: 3 expected, got 2',
    ],
    ['a huge number', '{"replicas": 1e999}', 422, 'got Infinity'],
    ['a batch of none', '{"maxBatchSize": 0}', 422, 'maxBatchSize takes an integer from 1 to 65535, got 0'],
    [
      'a batch beyond 16 bits',
      '{"maxBatchSize": 65536}',
      422,
      'maxBatchSize takes an integer from 1 to 65535',
    ],
    [
      'a negative wait',
      '{"maxWaitMs": -1}',
      422,
      'maxWaitMs takes a number of milliseconds from 0 to 2147483647, or null',
    ],
    ['drained as a number', '{"drained": 1}', 422, 'drained takes true or false, got 1'],
    ['a long text', `{"drained": "${'x'.repeat(1000)}"}`, 422, `got "${'x'.repeat(79)}...`],
    [
      'a body of 17 KiB',
      `{"drained": "${'x'.repeat(17 * 1024)}"}`,
      413,
      'the body is too large: at most 16384 bytes',
    ],
  ])('a body that is %s changes nothing', async (_, body: string | Uint8Array<ArrayBuffer>, status, text) => {
    const before = await stateOf(program)
    const response = await patch(program, body)
    const answer = await response.text()
    expect([response.status, answer]).toEqual([status, expect.stringContaining(text)])
    expect(answer.length).toBeLessThan(300)
    expect(await stateOf(program)).toEqual(before)
    expect((await post(program, {})).status).toBe(200)
  })

  it('nothing is changed unless all can be', async () => {
    const response = await patch(program, '{"maxBatchSize": 4, "drained": true, "replicas": 0}')
    expect(response.status).toBe(422)
    expect(await stateOf(program)).toMatchObject({ maxBatchSize: 8, drained: false, replicas: 1 })
  })

  it('names the stages that there are to who asks for another one', async () => {
    for (const name of ['Nobody', '%', '..%2f..', 'toString']) {
      const response = await admin(program, `/stages/${name}`)
      expect([response.status, await response.text()]).toEqual([
        404,
        expect.stringMatching(/^no stage is called ".*"; there are Scaled_1$/),
      ])
    }
    expect((await admin(program, '/stages/')).status).toBe(404)
    expect((await admin(program, '/nothing')).status).toBe(404)
  })

  it('405 names the methods that there are', async () => {
    const deleted = await admin(program, `/stages/${STAGE}`, { method: 'DELETE' })
    expect([deleted.status, deleted.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH'])
    const posted = await admin(program, '/stages', { method: 'POST', body: '{}' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('says it as problem details to who asks for them', async () => {
    const response = await admin(program, '/stages/Nobody', {
      headers: { accept: 'application/problem+json' },
    })
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 404, detail: expect.stringContaining('Scaled_1') })
  })

  it('over HTTP/2', async () => {
    const session = connect(program.url)
    const stream = session.request({
      ':path': `/admin/stages/${STAGE}`,
      ':method': 'PATCH',
      authorization: `Bearer ${TOKEN}`,
    })
    stream.end('{"maxWaitMs": 2}')
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    stream.resume()
    await once(stream, 'end')
    session.close()
    expect(headers[':status']).toBe(200)
    expect(await stateOf(program)).toMatchObject({ maxWaitMs: 2, policy: 'window' })
    await change(program, { maxWaitMs: null })
  })

  it('a client that leaves within its body changes nothing', async () => {
    const { port } = new URL(program.url)
    const socket = openSocket(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    const head = ['PATCH /admin/stages/Scaled_1 HTTP/1.1', 'host: x', `authorization: Bearer ${TOKEN}`]
    socket.end(`${[...head, 'content-length: 100', '', '{"drained": true'].join('\r\n')}`)
    socket.resume()
    await once(socket, 'close')
    expect(await stateOf(program)).toMatchObject({ drained: false })
  })

  it('200 when all is done, 202 while replicas come and go', async () => {
    expect((await patch(program, '{"maxBatchSize": 8}')).status).toBe(200)
    expect((await patch(program, '{"replicas": 2}')).status).toBe(202)
    await expect.poll(async () => (await stateOf(program)).states.ready, { timeout: 20_000 }).toBe(2)
    expect((await patch(program, '{"replicas": 2}')).status).toBe(200)
  })

  it('logs changes, and requests without the token once a minute; never the token', async () => {
    await change(program, { maxBatchSize: 7 })
    const line = await program.logged(({ msg, to }) => msg === 'stage Scaled_1 was changed' && isSeven(to))
    expect(line).toMatchObject({ stage: 'Scaled_1', from: { maxBatchSize: 8 }, to: { maxBatchSize: 7 } })
    await asked(program, {})
    const refused = program.log.filter(
      ({ msg }) => msg === 'a request for /admin came without the right token',
    )
    expect(refused).toHaveLength(1)
    expect(program.output()).not.toContain(TOKEN)
  })
})

const isSeven = (to: unknown): boolean => JSON.stringify(to) === '{"maxBatchSize":7}'
