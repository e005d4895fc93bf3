/** Large bodies that are refused: the client reads why, leaves, and is counted by what it read. */

import { once } from 'node:events'
import { constants } from 'node:http2'
import { FakeClock } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { Http2Fetch } from './testing/http2-fetch.ts'
import { RawClient } from './testing/raw-client.ts'
import { listenLocally, makeTestFace } from './testing/test-face.ts'

const BODY_BYTES = 11 * 1024 * 1024
const piece = 'x'.repeat(256 * 1024)

const refused = [
  [413, 'POST', 'application/json'],
  [415, 'POST', 'text/csv'],
  [405, 'PUT', 'application/json'],
] as const
const ways = ['direct', 'through Hono'] as const
const heads = ['content-length', 'expect: 100-continue'] as const
const cases = ways.flatMap((way) =>
  heads.flatMap((head) => refused.map((one) => [way, head, ...one] as const)),
)

it.each(cases)('%s, %s: %i is read and counted', async (way, head, status, method, type) => {
  const clock = new FakeClock()
  const test = makeTestFace({ clock })
  if (way === 'through Hono') test.face.app.use('*', (_, next) => next())
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  const lines = [
    `${method} /inference HTTP/1.1`,
    'host: x',
    `content-type: ${type}`,
    `content-length: ${BODY_BYTES}`,
  ]
  if (head !== 'content-length') lines.push(head)
  client.send(`${lines.join('\r\n')}\r\n\r\n`)
  if (head === 'content-length') client.send(piece)
  expect(await client.waitFor(`HTTP/1.1 ${status} `)).not.toContain('100 Continue')
  client.destroy()
  expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status })

  const next = await RawClient.connect(listening.port)
  next.post('/inference', 'again')
  ;(await test.submitter.submitted.next()).succeed('fine')
  await next.waitFor('fine')
  expect(await test.answers.next()).toMatchObject({ status: 200 })
  next.destroy()
  await listening.close()
  expect(clock.pendingTimers).toBe(0)
})

it('HTTP/2: a client that cancels its body after it has read the answer is counted by the answer', async () => {
  const test = makeTestFace()
  const listening = await listenLocally(test.face)
  const client = new Http2Fetch(listening.port)
  const stream = client.session.request({
    ':path': '/inference',
    ':method': 'POST',
    'content-length': String(BODY_BYTES),
  })
  stream.on('error', () => {})
  stream.write(piece)
  stream.resume()
  await once(stream, 'end')
  stream.close(constants.NGHTTP2_CANCEL)
  expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status: 413 })
  await client.close()
  await listening.close()
})
