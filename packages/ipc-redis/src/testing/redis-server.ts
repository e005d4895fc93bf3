/** `@mosec/ipc-redis/testing`: a real redis-server on a free loopback port, with nothing on disk, for tests. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** Why there is none; undefined when there is. */
export const noRedis: string | undefined =
  spawnSync('redis-server', ['--version']).status === 0
    ? undefined
    : 'no redis-server here: apt-get install redis-server'

/** A running server. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** One command in Redis' inline form, and its answer as it comes. */
  ask(command: string): Promise<string>
  /** Stops it from answering, and lets it go on. */
  freeze(): void
  thaw(): void
  /** Ends it. */
  stop(): Promise<void>
}

/** Starts one and waits until it takes connections; on the given port when it shall come back there. */
export async function startRedis(given?: number): Promise<RedisServer> {
  const port = given ?? (await freePort())
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  await ready(child)
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask: (command) => askInline(port, command),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('redis-server has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume()
      return
    }
  }
  throw new Error('redis-server ended before it was ready')
}

function askInline(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${command}\r\nQUIT\r\n`))
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    socket.on('error', reject).on('close', () => resolve(answer.replace(/\+OK\r\n$/, '')))
  })
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
