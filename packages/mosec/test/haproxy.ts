/** HAProxy from Debian as a TCP balancer that asks its servers whether they are ready. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { tempFolder } from './temp-folder.ts'

/** Why there is no balancer here; undefined when there is one. */
export const haproxyMissing: string | undefined =
  spawnSync('haproxy', ['-v']).error === undefined ? undefined : 'haproxy is not installed'

/** A running balancer. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
  /** Puts a server behind it in place of the one in that slot: new connections may go there at once. */
  add(slot: 'a' | 'b', serverUrl: string): Promise<void>
}

/** No connection is tried twice: a server that is gone shows. Sessions stay where they are. */
const config = (folder: string): string => `
global
  stats socket ${folder}/admin.sock level admin
defaults
  mode tcp
  retries 0
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  timeout check 10s
frontend clients
  bind fd@3
  default_backend replicas
backend replicas
  option httpchk GET /health/ready
  http-check expect status 200
  default-server check inter 50ms fall 1 rise 1 disabled
  server a 127.0.0.1:1
  server b 127.0.0.1:1
`

/** Starts one on a free port, which it is handed open. */
export async function startBalancer(): Promise<Balancer> {
  const folder = await tempFolder()
  const file = join(folder.path, 'haproxy.cfg')
  await writeFile(file, config(folder.path))
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const child = spawn('haproxy', ['-db', '-f', file], {
    stdio: ['ignore', 'ignore', 'ignore', descriptorOf(listener)],
  })
  const ended = once(child, 'close')
  await once(child, 'spawn')
  listener.close()
  // A connection waits until the balancer runs, which ends it then, for want of a server.
  await once(connect(port, '127.0.0.1').resume(), 'close')
  const ask = (command: string): Promise<string> => askAdmin(join(folder.path, 'admin.sock'), command)
  return {
    url: `http://127.0.0.1:${port}`,
    async add(slot, serverUrl) {
      await ask(`set server replicas/${slot} state maint`)
      await ask(`set server replicas/${slot} addr 127.0.0.1 port ${new URL(serverUrl).port}`)
      await ask(`set server replicas/${slot} state ready`)
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Node has no public name for it; a child may have any descriptor as its own. */
function descriptorOf(listener: Server): number {
  const handle: unknown = Reflect.get(listener, '_handle')
  if (typeof handle !== 'object' || handle === null) throw new Error('the listener is closed')
  return Number(Reflect.get(handle, 'fd'))
}

/** One command of the "Unix socket commands" of HAProxy's management guide. */
async function askAdmin(path: string, command: string): Promise<string> {
  const socket = connect(path).setEncoding('utf8')
  let answer = ''
  socket.on('data', (text) => {
    answer += text
  })
  socket.end(`${command}\n`)
  await once(socket, 'close')
  return answer
}
