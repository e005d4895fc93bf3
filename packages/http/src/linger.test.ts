/** A refused client that is still sending. */

import { FakeClock } from '@mosec/core/testing'
import { expect, it } from 'vitest'
import { LINGER_MS } from './linger.ts'
import { RawClient } from './testing/raw-client.ts'
import { LIMIT_BYTES, listenLocally, makeTestFace } from './testing/test-face.ts'

it('a refused client that keeps sending reads its answer, then loses its connection', async () => {
  const clock = new FakeClock()
  const test = makeTestFace({ clock })
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  client.send('POST /inference HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
  for (let sent = 0; sent <= LIMIT_BYTES; sent += 0x4000) client.send(chunk)
  const received = await client.waitFor('request body is too large')
  expect(received).toMatch(/^HTTP\/1.1 413 /)
  expect(received.toLowerCase()).toContain('connection: close')

  client.send(chunk).send(chunk)
  expect(client.isOpen).toBe(true)
  clock.advance(LINGER_MS)
  await client.closed()
  expect(await test.answers.next()).toMatchObject({ status: 413 })
  expect(clock.pendingTimers).toBe(0)

  const next = await RawClient.connect(listening.port)
  next.post('/inference', 'again')
  ;(await test.submitter.submitted.next()).succeed('fine')
  await next.waitFor('fine')
  next.destroy()
  await listening.close()
})

it('a refused client that ends its body loses its connection at once', async () => {
  const test = makeTestFace()
  const listening = await listenLocally(test.face)
  const client = await RawClient.connect(listening.port)
  client.send('GET /inference HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n')
  expect(await client.closed()).toMatch(/^HTTP\/1.1 405 /)
  await listening.close()
})
