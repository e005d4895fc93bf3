/** Whether the port can be opened, asked before anybody waits for a model to load. */

import { createServer } from 'node:net'
import { startErrorOf } from '@mosec/http'

/**
 * Opens the port for an instant; a client that comes in this instant is turned away as before.
 * @throws StartError with the words of the real opening.
 */
export function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error) => reject(startErrorOf(error, host, port)))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  })
}
