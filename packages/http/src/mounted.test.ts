/** A face inside another node server. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { makeTestFace, testRoutes } from './testing/test-face.ts'

test('a request whose body was read before is answered at once, and the log says what to do', async () => {
  const said: string[] = []
  const note = (message: string) => {
    said.push(message)
  }
  const { face } = makeTestFace({ logger: { debug: note, info: note, warning: note, error: note } })
  const host = createServer(async (request, response) => {
    if (request.headers['x-parse'] !== undefined) await buffer(request)
    face.handle(request, response)
  })
  host.listen(0, '127.0.0.1')
  await once(host, 'listening')
  const { port } = host.address() as AddressInfo
  const [path = ''] = testRoutes.map((route) => route.path)
  const ask = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: '' })

  const parsed = await ask({ 'x-parse': 'yes' })
  expect([parsed.status, await parsed.text()]).toEqual([500, 'the request body was read before it came here'])
  expect(said).toEqual([`${path}: the request's body was read already; mount it before body parsers`])
  expect((await ask({})).status).toBe(400)
  host.close()
})
