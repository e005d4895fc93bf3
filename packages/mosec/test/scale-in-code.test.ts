import { Server, type StageChanges } from 'mosec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOKEN } from './admin-client.ts'

describe('server.scale and server.stages', () => {
  const server = new Server({ logLevel: 'error', adminToken: TOKEN })
  server.appendWorker(new URL('./fixtures/upper.mjs', import.meta.url), { isolation: 'thread' })
  const early = new Server()
  beforeAll(() => server.start())
  afterAll(() => server.close())

  const ask = (init: RequestInit = {}): Promise<Response> =>
    server.fetch(
      new Request('http://localhost/admin/stages/upper_1', {
        headers: { authorization: `Bearer ${TOKEN}` },
        ...init,
      }),
    )

  it('do what the endpoint does', async () => {
    expect(server.stages).toMatchObject([{ name: 'upper_1', replicas: 1, drained: false }])
    expect(server.scale('upper_1', { replicas: 2 })).toMatchObject({ replicas: 2, states: { starting: 1 } })
    await expect.poll(() => server.stages[0]?.states.ready, { timeout: 20_000 }).toBe(2)
    expect(await server.submit('/inference', 'abc')).toBe('ABC')
  })

  it('answers web requests at the endpoint, too', async () => {
    expect(await (await ask()).json()).toEqual(server.stages[0])
    const patched = await ask({ method: 'PATCH', body: '{"drained": true}' })
    expect([patched.status, server.stages[0]?.drained]).toEqual([200, true])
    await expect(server.submit('/inference', 'abc')).rejects.toMatchObject({ code: 'unavailable' })
    server.scale('upper_1', { drained: false })
    expect(await server.submit('/inference', 'abc')).toBe('ABC')
    const head = await ask({ method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it.each([
    [{ replicas: 0 }, 'replicas takes an integer from 1 to 1024'],
    [{ maxBatchSize: 4 }, 'upper_1: Upper takes one task at a time, so maxBatchSize must be 1, got 4'],
    [{ size: 4 }, '"size" cannot be changed while a stage runs'],
  ])('%j throws, and nothing is changed', (changes: object, message) => {
    const before = server.stages
    expect(() => server.scale('upper_1', changes as StageChanges)).toThrow(message)
    expect(server.stages).toEqual(before)
  })

  it('names the stages that there are', () => {
    expect(() => server.scale('Nobody', { replicas: 2 })).toThrow(
      'no stage is called "Nobody"; there are upper_1',
    )
  })

  it('need a started server, and one that does not stop', async () => {
    expect(() => early.scale('upper_1', { replicas: 2 })).toThrow('await server.start() first')
    const closing = server.close()
    expect(() => server.scale('upper_1', { replicas: 1 })).toThrow('gracefully shutting down')
    expect((await ask({ method: 'PATCH', body: '{"replicas": 1}' })).status).toBe(503)
    await closing
  })
})
