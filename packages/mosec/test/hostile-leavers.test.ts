/** Clients that leave in every state that a request can be in: nothing is left of it, and the next one is served. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Hold, openHold } from './held-request.ts'
import { get, post, start } from './square-client.ts'

const LARGE = 24 * 1024 * 1024

let program: Program
let hold: Hold

beforeAll(async () => {
  program = await start('hostile', { flags: ['--timeout', '60000', '--compression'] })
})
beforeEach(async () => {
  hold = await openHold()
})
afterAll(() => program.stop())

interface Client {
  readonly socket: Socket
  /** Waits until this has come. */
  until(part: string): Promise<void>
}

async function open(text: string): Promise<Client> {
  const socket = connect(Number(new URL(program.url).port), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  let received = ''
  socket.on('data', (data) => {
    if (received.length < 10_000) received += data.toString('latin1')
  })
  socket.write(text)
  return {
    socket,
    async until(part) {
      while (!received.includes(part)) await once(socket, 'data')
    },
  }
}

function request(path: string, body: unknown, ...headers: string[]): string {
  const text = JSON.stringify(body)
  const lines = [`POST ${path} HTTP/1.1`, 'host: x', `content-length: ${text.length}`, ...headers]
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}

/** Brings a client to a state, and says what it then holds; `undefined` when nothing is held. */
type State = () => Promise<{ readonly client: Client; after?(): unknown }>

const states: readonly (readonly [what: string, State])[] = [
  ['before a word', async () => ({ client: await open('') })],
  ['within the head', async () => ({ client: await open('POST /held HTTP/1.1\r\nhost') })],
  [
    'before the body',
    async () => {
      const client = await open(
        'POST /held HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n',
      )
      await client.until('100 Continue')
      return { client }
    },
  ],
  [
    'within the body',
    async () => {
      const client = await open(
        'POST /held HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n',
      )
      await client.until('100 Continue')
      client.socket.write('5\r\n{"fir\r\n')
      return { client }
    },
  ],
  [
    'within a compressed body',
    async () => {
      const client = await open(
        'POST /held HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: 900\r\nexpect: 100-continue\r\n\r\n',
      )
      await client.until('100 Continue')
      client.socket.write(Buffer.from('1f8b0800000000000003', 'hex'))
      return { client }
    },
  ],
  [
    'while it runs in the first stage',
    async () => {
      const client = await open(request('/held', { first: hold.url }))
      await hold.next()
      return { client }
    },
  ],
  [
    'while it runs in the second stage',
    async () => {
      const client = await open(request('/held', { second: hold.url }))
      await hold.next()
      return { client }
    },
  ],
  [
    'while it waits in the queue',
    async () => {
      const before = await open(request('/held', { first: hold.url }))
      const release = await hold.next()
      const client = await open(request('/held', { first: hold.url }))
      await inService(2)
      return { client, after: () => [release(), before.socket.destroy()] }
    },
  ],
  [
    'between the stages',
    async () => {
      const before = await open(request('/held', { second: hold.url }))
      const release = await hold.next()
      const client = await open(request('/held', {}))
      await inService(2)
      return { client, after: () => [release(), before.socket.destroy()] }
    },
  ],
  [
    'within its events',
    async () => {
      const client = await open(request('/stream', { hold: hold.url }))
      await client.until('begun')
      return { client }
    },
  ],
  [
    'within its answer',
    async () => {
      const client = await open(request('/held', { size: LARGE }))
      await client.until('200 OK')
      return { client }
    },
  ],
  [
    'within its compressed answer',
    async () => {
      const client = await open(request('/held', { second: hold.url, size: LARGE }, 'accept-encoding: gzip'))
      ;(await hold.next())()
      // The task is done, its answer is being compressed.
      await inService(0)
      return { client }
    },
  ],
  [
    'after its answer',
    async () => {
      const client = await open(request('/held', {}))
      await client.until('"pid"')
      return { client }
    },
  ],
]

it.each(states)('%s: nothing is left', async (_, reach) => {
  await using _hold = hold
  const { client, after } = await reach()
  client.socket.destroy()
  after?.()
  await inService(0)
  expect(await post(program, {}, '/held')).toMatchObject({ status: 200 })
  const stream = await post(program, {}, '/stream')
  expect(stream.body).toContain('ended')
  expect(await gauge('mosec_service_queued_task')).toBe(0)
  expect(program.log.filter(({ level }) => level === 'error' || level === 50)).toEqual([])
})

/** Waits until so many tasks are admitted and not settled. */
const inService = (count: number): Promise<void> =>
  expect.poll(() => gauge('mosec_service_remaining_task'), { timeout: 20_000, interval: 20 }).toBe(count)

/** The sum over all labels. */
async function gauge(name: string): Promise<number> {
  const { body } = await get(program, '/metrics')
  const values = [...body.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'gm'))]
  if (values.length === 0) throw new Error(`no ${name}`)
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}
