/**
 * The limit for payloads between processes on Node: for each request one process writes `BYTES` into a Unix socket, this
 * one passes on what it reads, piece by piece, and a third one counts. No frames, no values, nothing is put together.
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
const { ROLE: role, ADDRESS: address = '' } = process.env
if (role === 'producer') produce(connect(address))
else if (role === 'consumer') consume(connect(address))
else await relay()

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

async function relay(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mosec-bench-'))
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
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      waiting.push(() => response.end('1'))
      producer.write('x')
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.stderr.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
  })
  process.on('SIGTERM', () => {
    rmSync(folder, { recursive: true })
    process.exit(0)
  })
}

/** Starts this file in its other role; it ends with the channel to us. */
async function start(child: 'producer' | 'consumer', folder: string): Promise<Socket> {
  const path = join(folder, child)
  const server = createSocketServer().listen(path)
  await once(server, 'listening')
  const connected = once(server, 'connection')
  fork(fileURLToPath(import.meta.url), { env: { ...process.env, ROLE: child, ADDRESS: path } })
  const [socket] = (await connected) as [Socket]
  server.close()
  return socket
}

if (role !== undefined) process.on('disconnect', () => process.exit(0))
