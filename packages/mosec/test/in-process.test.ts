import { Server } from 'mosec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'
import { childrenOf, commandOf } from './running-processes.ts'

describe('a server without a port', () => {
  const server = new Server({ logLevel: 'error' })
  server.appendWorker(new URL('./fixtures/slow-upper.mjs', import.meta.url))
  beforeAll(() => server.start())
  afterAll(() => server.close())

  const ask = (body: unknown): Promise<Response> =>
    server.fetch(new Request('http://localhost/inference', { method: 'POST', body: JSON.stringify(body) }))

  it('takes values and gives values, typed arrays too', async () => {
    expect(await server.submit('/inference', { text: 'abc' })).toBe('ABC')
    const bytes = new Float32Array([1.5, -2])
    expect(await server.submit('/inference', { bytes })).toEqual(bytes)
  })

  it('answers web requests', async () => {
    const response = await ask({ text: 'abc' })
    expect([response.status, await response.json()]).toEqual([200, 'ABC'])
    expect((await server.fetch(new Request('http://localhost/health/ready'))).status).toBe(200)
  })

  it('gives the same errors both ways', async () => {
    const response = await ask({ teapot: true })
    expect([response.status, await response.text()]).toEqual([418, 'I am a teapot'])
    await expect(server.submit('/inference', { teapot: true })).rejects.toMatchObject({
      code: 'http_error',
      status: 418,
      message: 'I am a teapot',
    })
  })

  it('aborts the forward of a caller who leaves, and goes on', async () => {
    await using hold = await openHold()
    const leaving = new AbortController()
    const gone = server.submit('/inference', { hold: hold.url }, { signal: leaving.signal })
    const release = await hold.next()
    leaving.abort(new Error('never mind'))
    await expect(gone).rejects.toThrow('never mind')
    // The second request is the one that the worker makes when its signal is aborted.
    const releaseAborted = await hold.next()
    releaseAborted()
    release()
    expect(await server.submit('/inference', { text: 'next' })).toBe('NEXT')
  })

  it('keeps a deadline of its own', async () => {
    await using hold = await openHold()
    const late = server.submit('/inference', { hold: hold.url }, { timeoutMs: 50 })
    await expect(late).rejects.toThrow(/^inference timeout$/)
  })

  it('knows its routes, and refuses late ones', async () => {
    await expect(server.submit('/nowhere', 1)).rejects.toThrow('no route is registered for /nowhere')
    expect(() => server.appendWorker(new URL('./fixtures/upper.mjs', import.meta.url))).toThrow(
      /comes too late/,
    )
  })
})

it('says that it is not started', async () => {
  const server = new Server()
  await expect(server.submit('/inference', 1)).rejects.toThrow('server.submit needs a started server')
  await server.close()
})

describe('closing while it starts', () => {
  it('ends the start before any replica is there', async () => {
    const server = new Server({ logLevel: 'error' })
    server.appendWorker(new URL('./fixtures/upper.mjs', import.meta.url))
    const starting = server.start()
    await Promise.all([expect(starting).rejects.toThrow(/closed before it had started/), server.close()])
  })

  it('ends replicas that are on their way', async () => {
    const server = new Server({ logLevel: 'error' })
    server.appendWorker(new URL('./fixtures/upper.mjs', import.meta.url))
    const forked = new Promise<void>((resolve) => {
      const replicaChanged = ({ state }: { readonly state: string }) => {
        if (state === 'starting') resolve()
      }
      server.use({ name: 'watch', observer: { replicaChanged } })
    })
    const starting = server.start()
    const rejected = expect(starting).rejects.toThrow(/stopped while it started/)
    await forked
    await server.close()
    await rejected
    expect(
      childrenOf(process.pid)
        .map(commandOf)
        .filter((command) => command.includes('replica/main')),
    ).toEqual([])
  })
})
