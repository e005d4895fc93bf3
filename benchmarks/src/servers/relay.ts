/**
 * The limit for payloads between processes on Node: for each request one process writes `BYTES` into a Unix socket, this
 * one passes on what it reads, piece by piece, and a third one counts. No frames, no values, nothing is put together.
 * `FACE` says who speaks HTTP before it: `node`, bare `node:http`; `ours`, the server that it is compared with.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bytes = Number(process.env['BYTES'])
const { ROLE: role, ADDRESS: address = '', FACE: face = 'node' } = process.env
if (role === 'producer') produce(connect(address))
else if (role === 'consumer') consume(connect(address))
else if (face === 'ours') await serveOurs(await relay())
else serveBare(await relay())

/** A payload for each byte that comes. */
function produce(socket: Socket): void {
  const payload = Buffer.alloc(bytes, 1)
  socket.on('data', (asked) => {
    for (const _ of asked) socket.write(payload)
  })
}

/** A byte for each payload that came. */
function consume(socket: Socket): void {
  let missing = bytes
  socket.on('data', ({ length }) => {
    missing -= length
    for (; missing <= 0; missing += bytes) socket.write('x')
  })
}

/** Has one payload passed on; calls back when it has arrived. */
type Relay = (arrived: () => void) => void

async function relay(): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), 'mosec-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const [producer, consumer] = await Promise.all([start('producer', folder), start('consumer', folder)])
  const waiting: (() => void)[] = []
  producer.on('data', (chunk) => {
    if (consumer.write(chunk)) return
    producer.pause()
    consumer.once('drain', () => producer.resume())
  })
  consumer.on('data', (answers) => {
    for (const _ of answers) waiting.shift()?.()
  })
  return (arrived) => {
    waiting.push(arrived)
    producer.write('x')
  }
}

function serveBare(pass: Relay): void {
  const server = createServer((request, response) => {
    request.resume().on('end', () => pass(() => response.end('1')))
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.stderr.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
  })
  process.on('SIGTERM', () => process.exit(0))
}

/** One stage on the server's own event loop that waits for the relay, for as many requests as there are. */
async function serveOurs(pass: Relay): Promise<void> {
  const { BatchWorker, Server, stage } = await import('mosec')
  class Pass extends BatchWorker<unknown, number> {
    override forward(batch: unknown[]): Promise<number[]> {
      return Promise.all(batch.map(() => new Promise<number>((resolve) => pass(() => resolve(1)))))
    }
  }
  const server = new Server({ logLevel: 'info', capacity: 8192 })
  server.route('/inference', stage(Pass, { isolation: 'inline', maxBatchSize: 8, replicas: 8 }))
  await server.run()
  process.exit(0)
}

/** Starts this file in its other role; it ends with the channel to us. */
async function start(child: 'producer' | 'consumer', folder: string): Promise<Socket> {
  const path = join(folder, child)
  const server = createSocketServer().listen(path)
  await once(server, 'listening')
  const connected = once(server, 'connection')
  fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, ROLE: child, ADDRESS: path } })
  const [socket] = (await connected) as [Socket]
  server.close()
  return socket
}

if (role !== undefined) process.on('disconnect', () => process.exit(0))
