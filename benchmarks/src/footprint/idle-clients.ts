/** Opens idle connections to a port of this machine, uses half of them once, and says `ready`; until it is killed. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [port = 0, wanted = 0] = process.argv.slice(2).map(Number)
/** As many at a time: more than the system lets wait would be dropped, and tried again a second later. */
const AT_ONCE = 200
const sockets: Socket[] = []

async function open(): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  sockets.push(socket)
}

async function use(socket: Socket): Promise<void> {
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'data')
}

while (sockets.length < wanted) await Promise.all(Array.from({ length: AT_ONCE }, open))
await Promise.all(sockets.filter((_, index) => index % 2 === 0).map(use))
process.stdout.write('ready\n')
