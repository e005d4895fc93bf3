/** Starts and stops the servers that are compared. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { descendantIds, isRunning } from '../process-tree.ts'
import type { Peer } from './peer.ts'

/** Longest that a server may take to be ready, in milliseconds. */
const START_MS = 30_000

/** A server that answers. */
export interface RunningPeer {
  readonly pid: number
  readonly url: string
  /** SIGTERM, and waits for its end; whatever it leaves behind is killed. @throws Error when it had ended before. */
  stop(): Promise<void>
}

/** Starts a server on a free port of the loopback interface. */
export async function startPeer(peer: Peer): Promise<RunningPeer> {
  const port = peer.tellsUrl ? 0 : await freePort()
  const flags = [peer.addressFlag ?? '--address', '127.0.0.1', '--port', String(port)]
  const [program, ...args] = peer.command
  const child = spawn(program, [...args, ...flags], {
    env: { ...process.env, ...peer.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = peer.tellsUrl ? await toldUrl(child) : await answeringUrl(child, `http://127.0.0.1:${port}`)
  let isStopped = false
  const ended = once(child, 'exit').then(([code, signal]) => {
    if (!isStopped) throw new Error(`${child.spawnargs.join(' ')} ended by itself: ${code ?? signal}`)
  })
  // Whoever stops it is told.
  ended.catch(() => {})
  return {
    pid: child.pid ?? 0,
    url,
    async stop() {
      isStopped = true
      const descendants = descendantIds(child.pid ?? 0)
      child.kill('SIGTERM')
      await ended
      killLeftBehind(descendants)
    },
  }
}

/** LitServe leaves its processes behind when it is told to end. */
function killLeftBehind(pids: readonly number[]): void {
  for (const pid of pids) {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  }
}

function toldUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stderr === null) return
    createInterface({ input: child.stderr }).on('line', (line) => {
      const url = /"url":"([^"]+)"/.exec(line)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${child.spawnargs.join(' ')} told no address in ${START_MS} ms`))
    }, START_MS)
    child.once('close', (code) => {
      clearTimeout(timer)
      reject(new Error(`${child.spawnargs.join(' ')} ended with code ${code}`))
    })
  })
}

async function answeringUrl(child: ChildProcess, url: string): Promise<string> {
  child.stderr?.resume()
  const endMs = performance.now() + START_MS
  while (performance.now() < endMs && child.exitCode === null) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return url
    await sleep(50)
  }
  throw new Error(`${child.spawnargs.join(' ')} did not answer on ${url}`)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
