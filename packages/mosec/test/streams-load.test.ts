import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:http2'
import type { Readable } from 'node:stream'
import { setInterval as every } from 'node:timers/promises'
import type { Program } from 'mosec/testing'
import { expect, it } from 'vitest'
import { message, openStream } from './event-stream.ts'
import { openHold } from './held-request.ts'
import { childrenOf } from './running-processes.ts'
import { get, start } from './square-client.ts'

const EVENT_BYTES = 16 * 1024
const MIB = 1024 * 1024

/** What lies between a generator and its reader: buffers of the system (6 + 4 MiB at most, tcp(7)) and of both ends. */
const UNDERWAY_BYTES = 16 * MIB

it.each([
  ['HTTP/1.1', openSlowly, 'process'],
  ['HTTP/2', openSlowlyOverHttp2, 'process'],
  ['HTTP/1.1, inline', openSlowly, 'inline'],
] as const)(
  'slow reader: with 1 kB/s over %s the generator is held back and memory stays flat',
  async (_, open, ISOLATION) => {
    await using program = await start('streams', { flags: ['--timeout', '60000'], env: { ISOLATION } })
    const answer = await open(program, { endless: EVENT_BYTES })
    await settled(program)
    const before = { yielded: yielded(program), memory: memoryOf(program) }
    expect(before.yielded * EVENT_BYTES).toBeLessThan(UNDERWAY_BYTES)

    const read: unknown[] = []
    for await (const _ of every(50)) {
      read.push(answer.read(50))
      if (read.length === 40) break
    }
    expect((yielded(program) - before.yielded) * EVENT_BYTES).toBeLessThan(MIB)
    expect(memoryOf(program) - before.memory).toBeLessThan(16 * MIB)

    // When it reads on, nothing is missing; when it leaves, the next one is served.
    expect(await readNumbers(answer, read.join(''))).toBe('in order')
    answer.destroy()
    await program.logged(({ msg }) => msg === 'closed')
    const next = await openStream(program, { words: ['next'] })
    expect(await next.rest()).toEqual([message('next')])
  },
)

it('one slow reader does not hold the other streams of its batch', async () => {
  await using program = await start('streams', { flags: ['--timeout', '60000'], env: { BATCH: '2' } })
  const slow = openSlowly(program, { endless: EVENT_BYTES }, '/many')
  const words = Array.from({ length: 500 }, (_, n) => `word ${n}`)
  const quick = await openStream(program, { words }, { path: '/many' })
  expect(await quick.rest()).toEqual(words.map(message))
  ;(await slow).destroy()
  await program.logged((line) => line.msg === 'closed' && isEmpty(line['words']))
})

it('1,000 open streams: all get their events, all end, nothing is left', async () => {
  await using hold = await openHold()
  await using program = await start('streams', {
    flags: ['--timeout', '60000'],
    env: { BATCH: String(STREAMS) },
  })
  const words = ['one', 'two']
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, (_, n) =>
      openStream(program, n === 0 ? { words, hold: hold.url } : { words, gated: true }, { path: '/many' }),
    ),
  )
  for (const word of words) {
    expect(await Promise.all(streams.map((stream) => stream.next()))).toEqual(
      Array(STREAMS).fill(message(word)),
    )
  }
  expect(await remaining(program)).toBe(STREAMS)
  ;(await hold.next())()
  expect(await Promise.all(streams.map((stream) => stream.rest()))).toEqual(Array(STREAMS).fill([]))
  expect(await remaining(program)).toBe(0)
  const next = await openStream(program, { words })
  expect(await next.rest()).toEqual(words.map(message))
})

const STREAMS = 1000

/** A reader that takes nothing by itself. */
function openSlowly(program: Program, body: unknown, path = '/one'): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const asking = request(`${program.url}${path}`, { method: 'POST' }, resolve)
    asking.on('error', reject)
    asking.end(JSON.stringify(body))
  })
}

async function openSlowlyOverHttp2(program: Program, body: unknown): Promise<Readable> {
  const session = connect(program.url)
  const stream = session.request({ ':method': 'POST', ':path': '/one' })
  stream.once('close', () => session.destroy())
  stream.end(JSON.stringify(body))
  await once(stream, 'response')
  return stream
}

/** Events that generators have yielded so far, as they log it. */
function yielded(program: Program): number {
  const counts = program.log.map((line) => (line.msg === 'yielded' ? Number(line['count']) : 0))
  return Math.max(0, ...counts)
}

/** Waits until the generator has begun, and yields no more for a while. */
async function settled(program: Program): Promise<void> {
  let last = 0
  let unchanged = 0
  await expect
    .poll(
      () => {
        const now = yielded(program)
        unchanged = now > 0 && now === last ? unchanged + 1 : 0
        last = now
        return unchanged
      },
      { interval: 50, timeout: 20_000 },
    )
    .toBeGreaterThan(8)
}

/** Bytes that the server and its replicas have in memory: VmRSS of proc(5). */
function memoryOf({ pid }: Program): number {
  const sizes = [pid, ...childrenOf(pid)].map((each) =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1]),
  )
  return sizes.reduce((sum, kilobytes) => sum + kilobytes * 1024, 0)
}

/** Reads more events than lay between the two, numbered from 1, of which the first `text` is read. */
async function readNumbers(answer: Readable, text: string): Promise<string> {
  let expected = 1
  let unread = text
  for await (const chunk of answer) {
    unread += String(chunk)
    const events = unread.split('\n\n')
    unread = events.pop() ?? ''
    for (const event of events) {
      const number = Number(/^event: message\ndata: (\d+) \.+$/.exec(event)?.[1])
      if (number !== expected) return `expected ${expected}, got ${event.slice(0, 40)}`
      expected++
    }
    if (expected * EVENT_BYTES > 2 * UNDERWAY_BYTES) return 'in order'
  }
  return `ended before ${expected}`
}

const isEmpty = (words: unknown): boolean => Array.isArray(words) && words.length === 0

/** The gauge of tasks in the service. */
async function remaining(program: Program): Promise<number> {
  const { body } = await get(program, '/metrics')
  return Number(/^mosec_service_remaining_task (\d+)/m.exec(body)?.[1])
}
