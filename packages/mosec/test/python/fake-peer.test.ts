/** The border without Python: a peer that answers what Python's workers were recorded to answer. */

import { fileURLToPath } from 'node:url'
import { pythonStage } from '@mosec/python'
import { encode } from '@mosec/python/common-form'
import { Server } from 'mosec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from './recorded-cases.ts'

const python = fileURLToPath(new URL('fixtures/fake-python.mjs', import.meta.url))

describe('a fake Python peer', () => {
  const server = new Server()
  server.route('/arrays', pythonStage('workers.py:Arrays', { python }))
  server.route('/square', pythonStage('workers.py:Square', { python, maxBatchSize: 8 }))
  server.route('/stream', pythonStage('workers.py:Stream', { python, maxBatchSize: 2 }))
  beforeAll(() => server.start())
  afterAll(() => server.close())

  it('gives back the values that it got: dtype, shape, bytes, texts, numbers', async () => {
    const { told, back } = (await server.submit('/arrays', everything)) as Record<string, unknown>
    expect(back).toEqual(everything)
    expect(told).toMatchObject({
      float32: ['float32', [2], true],
      image: ['uint8', [1, 2, 3], true],
      bytes: ['bytes'],
      negative: ['int'],
    })
  })

  it('fails a batch as a whole; the halves find the guilty', async () => {
    const [good, bad] = await Promise.allSettled([
      server.submit('/square', { x: 3 }),
      server.submit('/square', { x: 1, error: 'validation' }),
    ])
    expect(good).toEqual({ status: 'fulfilled', value: { x: 9, batch: 1 } })
    expect(bad).toMatchObject({
      reason: { code: 'validation_error', body: 'request validation error: x is odd' },
    })
    await expect(server.submit('/square', { x: 1, error: 'bug' })).rejects.toMatchObject({
      body: 'inference internal error',
    })
  })

  it('streams events', async () => {
    const body = Buffer.from(encode({ count: 2 }))
    const headers = { accept: 'text/event-stream' }
    const answer = await server.fetch(
      new Request('http://localhost/stream', { method: 'POST', headers, body }),
    )
    expect(await answer.text()).toBe('event: message\ndata: 0 \n\nevent: message\ndata: 1 \n\n')
  })

  it('a value that cannot cross is refused before it is sent', async () => {
    await expect(server.submit('/square', { x: new Date() })).rejects.toThrow(
      'value.x is a Date and cannot cross to Python',
    )
    expect(await server.submit('/square', { x: 3 })).toEqual({ x: 9, batch: 1 })
  })
})
