/** An HTTP server that answers when the test says so: workers that fetch it are held. */

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A place where workers wait. */
export interface Hold extends AsyncDisposable {
  readonly url: string
  /** Resolves with the next worker that waits; calling it lets that worker go on. */
  next(): Promise<() => void>
}

/** Opens one. */
export async function openHold(): Promise<Hold> {
  const waiting: ServerResponse[] = []
  const server = createServer((_request, response) => {
    waiting.push(response)
    server.emit('held')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async next() {
      if (waiting.length === 0) await once(server, 'held')
      const response = waiting.shift()
      return () => response?.end('go on')
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
