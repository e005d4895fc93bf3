/** Several processes of this machine want the same thing: one makes it, the others wait for that one. */

import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is to be made. */
export interface SharedMaking<T> {
  /** The same in all processes that want the same thing. */
  readonly name: string
  /** Longest wait for the others, in milliseconds; then it is made here all the same. */
  readonly timeoutMs: number
  /** The thing, when somebody has made it. */
  readonly find: () => Promise<T | undefined>
  readonly make: () => Promise<T>
}

/**
 * Finds the thing or makes it. Who makes it listens on a socket, and who waits is connected to it: so the system tells at once
 * when it is done, or dead, and then the next one takes over. Nothing is wrong when two make it after all, where processes
 * cannot see each other's sockets, say: only slower.
 */
export async function onceForAll<T>({ name, timeoutMs, find, make }: SharedMaking<T>): Promise<T> {
  const address = addressOf(name)
  const endMs = performance.now() + timeoutMs
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    const turn = await takeTurn(address)
    const leftMs = endMs - performance.now()
    if (turn === 'taken' && leftMs > 0 && (await isTurnOver(address, leftMs))) continue
    try {
      return (await find()) ?? (await make())
    } finally {
      if (turn !== 'taken') turn.end()
    }
  }
}

/** Linux and Windows have names that vanish with their process; elsewhere a file may be left behind. */
function addressOf(name: string): string {
  if (process.platform === 'linux') return `\0mosec-${name}`
  return process.platform === 'win32' ? `\\\\?\\pipe\\mosec-${name}` : join(tmpdir(), `mosec-${name}`)
}

interface Turn {
  end(): void
}

/** Where no socket can be had, everybody has the turn. */
function takeTurn(address: string): Promise<Turn | 'taken'> {
  const waiting = new Set<Socket>()
  const server = createServer((socket) => {
    waiting.add(socket)
    socket.on('error', () => {}).on('close', () => waiting.delete(socket))
  })
  const end = (): void => {
    server.close()
    for (const socket of waiting) socket.destroy()
  }
  return new Promise((resolve) => {
    server.on('error', (error) => resolve(codeOf(error) === 'EADDRINUSE' ? 'taken' : { end }))
    server.listen(address, () => resolve({ end }))
  })
}

/** Waits until who has the turn is done or dead; false when that cannot be had: the time is over, a file is in the way. */
function isTurnOver(address: string, timeoutMs: number): Promise<boolean> {
  const socket = connect(address)
  return new Promise((resolve) => {
    socket.setTimeout(timeoutMs, () => {
      resolve(false)
      socket.destroy()
    })
    socket.on('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED' || isCleared(address)))
    socket.on('close', () => resolve(true))
    socket.resume()
  })
}

/** A file that nobody listens on was left behind by a process that was killed. */
const isCleared = async (address: string): Promise<boolean> =>
  address.startsWith('\0') ||
  rm(address, { force: true }).then(
    () => true,
    () => false,
  )

const codeOf = (error: Error): unknown => Reflect.get(error, 'code')
