/**
 * CPU per request: bare `node:http`, our direct way, and our way through Hono with a middleware.
 *
 * `pnpm exec tsx packages/http/bench/echo.ts [seconds per round]`, after the build. Loopback, a few seconds, servers in
 * a process of their own each; rounds alternate, and the medians and all rounds are printed. Not part of the tests.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Submission, Submitter } from '@mosec/core'
import { createHttpFace, type HttpFace } from '../src/index.ts'

const WAYS = ['bare', 'direct', 'hono'] as const
type Way = (typeof WAYS)[number]

const ROUNDS = 5
const CONNECTIONS = 32
const BODY = JSON.stringify({ text: 'fifty bytes of a request, more or less..' })
const codec = { name: 'json', mimeTypes: ['application/json'] } as const

/** Settles in the same turn: what is left is the cost of HTTP. */
const instant: Submitter = {
  submit({ bytes, sink }: Submission) {
    sink.settled({ code: 'ok', bytes })
    return { id: 0, isSettled: true }
  },
  cancel() {},
  resume() {},
}

/** Opens a free port. */
async function open(way: Way): Promise<number> {
  if (way !== 'bare') return (await faceOf(way).listen({ port: 0, host: '127.0.0.1' })).port
  const server = createServer(bareEcho)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function faceOf(way: Way): HttpFace {
  const routes = [
    {
      path: '/inference',
      requestCodecs: [codec],
      responseCodecs: [codec],
      readsAnyType: false,
      isStream: false,
    },
  ]
  const face = createHttpFace({
    submitter: instant,
    routes,
    health: () => ({ status: 'ready', stages: [] }),
  })
  if (way === 'hono') face.app.use('*', (_, next) => next())
  return face
}

/** The least that an honest echo does. */
function bareEcho(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    response.writeHead(200, [
      'content-type',
      'application/json',
      'content-length',
      String(body.length),
      'server',
      'x',
    ])
    response.end(body)
  })
}

/** The child: one server that tells its port, then its CPU time whenever it is asked. */
async function serve(way: Way): Promise<void> {
  const port = await open(way)
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.on('disconnect', () => process.exit())
  process.send?.(port)
}

/** Requests answered within the time, over keep-alive connections with one request under way on each. */
async function load(port: number, durationMs: number): Promise<number> {
  const request = [
    'POST /inference HTTP/1.1',
    'host: bench',
    'content-type: application/json',
    'accept: */*',
    `content-length: ${BODY.length}`,
    '',
    BODY,
  ].join('\r\n')
  const endMs = performance.now() + durationMs
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(port, '127.0.0.1')
      let count = 0
      socket.on('data', (data) => {
        if (!data.includes(BODY)) return
        count++
        if (performance.now() < endMs) socket.write(request)
        else socket.end()
      })
      socket.write(request)
      await once(socket, 'close')
      return count
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function measure(way: Way, seconds: number): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), [way])
  const ask = async (): Promise<number> => {
    child.send('cpu')
    const [usage]: { user: number; system: number }[] = await once(child, 'message')
    return usage === undefined ? 0 : usage.user + usage.system
  }
  const [port] = await once(child, 'message')
  await load(port, 500)
  const beforeUs = await ask()
  const requests = await load(port, seconds * 1000)
  const cpuUs = (await ask()) - beforeUs
  child.disconnect()
  return cpuUs / requests
}

async function main(seconds: number): Promise<void> {
  const rounds = new Map<Way, number[]>(WAYS.map((way) => [way, []]))
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? WAYS : WAYS.toReversed()
    for (const way of order) rounds.get(way)?.push(await measure(way, seconds))
  }
  for (const [way, costs] of rounds) {
    const shown = costs.map((cost) => cost.toFixed(1)).join(' ')
    const median = costs.toSorted((a, b) => a - b)[ROUNDS >> 1]?.toFixed(1)
    console.log(`${way.padEnd(7)} ${median} us of CPU a request (rounds: ${shown})`)
  }
}

const asked = WAYS.find((way) => way === process.argv[2])
if (asked !== undefined && process.send !== undefined) serve(asked)
else main(Number(process.argv[2] ?? 1))
