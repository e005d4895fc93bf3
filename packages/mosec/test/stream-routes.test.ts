import { Server } from 'mosec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const count = new URL('./fixtures/count.mjs', import.meta.url)

describe('a route that streams', () => {
  const server = new Server({ logLevel: 'error' })
  server.appendWorker(count)
  beforeAll(() => server.start())
  afterAll(() => server.close())

  it('is not for submit, which gives one value', async () => {
    await expect(server.submit('/inference', 3)).rejects.toThrow(
      '/inference answers with a stream of events: ask for it with server.fetch',
    )
  })

  it('answers server.fetch', async () => {
    const response = await server.fetch(
      new Request('http://localhost/inference', { method: 'POST', body: '2' }),
    )
    expect(await response.text()).toBe('event: message\ndata: 0\n\nevent: message\ndata: 1\n\n')
  })
})

it('a stage that streams must be the last one of its route', async () => {
  const server = new Server({ logLevel: 'error' })
  server.appendWorker(count)
  server.appendWorker(new URL('./fixtures/upper.mjs', import.meta.url))
  await expect(server.start()).rejects.toThrow(
    /route \/inference: the stage count_1 answers with a stream of events/,
  )
})
