import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { failure, message, openStream } from './event-stream.ts'
import { type Hold, openHold } from './held-request.ts'
import { childrenOf, isRunning } from './running-processes.ts'
import { get, start } from './square-client.ts'

const CRASH = failure('500: Internal Server Error', 'worker crashed')
const TIMEOUT = failure('408: Request Timeout', 'inference timeout')

let hold: Hold
let program: Program
beforeAll(async () => {
  hold = await openHold()
  program = await start('streams', { flags: ['--timeout', '10000'] })
})
afterAll(async () => {
  await hold[Symbol.asyncDispose]()
  expect(await program.stop()).toEqual({ code: 0, signal: null })
})

/** Lines that generators wrote in their `finally`, by their words. */
const closed = (of: Program, word: string): Promise<unknown> =>
  of.logged(({ msg, words }) => msg === 'closed' && Array.isArray(words) && words.includes(word))

/** A stream on each route ends well. */
async function stillWorks(of: Program = program): Promise<void> {
  const one = await openStream(of, { words: ['still', 'works'] })
  expect(await one.rest()).toEqual([message('still'), message('works')])
}

describe('SSE', () => {
  it('POST answers text/event-stream; a plain string is event: message, as it is yielded', async () => {
    const stream = await openStream(program, { words: ['Hello', 'two\nlines'], hold: hold.url })
    expect(stream.status).toBe(200)
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.headers.get('server')).toMatch(/^mosec\//)
    expect(await stream.next()).toBe(message('Hello'))
    expect(await stream.next()).toBe('event: message\ndata: two\ndata: lines')
    ;(await hold.next())()
    expect(await stream.rest()).toEqual([])
  })

  it('keep-alive comment every 3 s', async () => {
    const stream = await openStream(program, { words: ['quiet'], hold: hold.url })
    expect(await stream.next()).toBe(message('quiet'))
    const startMs = performance.now()
    expect(await stream.nextBlock()).toBe(':')
    expect(performance.now() - startMs).toBeGreaterThan(2900)
    ;(await hold.next())()
    expect(await stream.rest()).toEqual([])
  })

  it('an error is event: error with the status line text, inside a 200 stream', async () => {
    const stream = await openStream(program, { words: ['a'], error: { text: 'text is required' } })
    expect(stream.status).toBe(200)
    expect(await stream.rest()).toEqual([
      message('a'),
      'event: error\ndata: SSE inference error: 422: Unprocessable Content: request validation error: text is required',
    ])
    const hidden = await openStream(program, { words: ['a'], error: {} })
    expect((await hidden.rest()).at(-1)).toBe(
      failure('500: Internal Server Error', 'inference internal error'),
    )
    await stillWorks()
  })

  it('an error before the first event is plain for a client whose Accept does not name text/event-stream', async () => {
    const body = { error: { at: 'first', text: 'text is required' } }
    const plain = await openStream(program, body, { accept: '*/*' })
    expect(plain.status).toBe(422)
    expect(await plain.text()).toBe('request validation error: text is required')
    const asked = await openStream(program, body)
    expect(asked.status).toBe(200)
    expect(await asked.rest()).toEqual([
      failure('422: Unprocessable Content', 'request validation error: text is required'),
    ])
    const undecodable = await fetch(`${program.url}/one`, { method: 'POST', body: '{' })
    expect(undecodable.status).toBe(400)
    await stillWorks()
  })

  it('streams of a batch run side by side, and each fails alone', async () => {
    const inputs = [
      { words: ['slow'], hold: hold.url },
      { words: ['a', 'b'] },
      { words: ['c'], error: { text: 'no' } },
      { words: [] },
    ]
    const streams = await Promise.all(inputs.map((input) => openStream(program, input, { path: '/many' })))
    const [slow, ...others] = streams
    expect(await Promise.all(others.map((stream) => stream.rest()))).toEqual([
      [message('a'), message('b')],
      [message('c'), failure('422: Unprocessable Content', 'request validation error: no')],
      [],
    ])
    expect(await slow?.next()).toBe(message('slow'))
    ;(await hold.next())()
    expect(await slow?.rest()).toEqual([])
  })

  it('the deadline passes within a stream: event: error, and the generator ends', async () => {
    const response = await fetch(`${program.url}/one`, {
      method: 'POST',
      headers: { 'x-request-timeout-ms': '300' },
      body: JSON.stringify({ words: ['late'], wait: true }),
    })
    expect(await response.text()).toBe(`${message('late')}\n\n${TIMEOUT}\n\n`)
    await closed(program, 'late')
    await stillWorks()
  })

  it('a replica dies within a stream: event: error, and it is not begun anew', async () => {
    const stream = await openStream(program, { words: ['before'], hold: hold.url, die: true })
    expect(await stream.next()).toBe(message('before'))
    ;(await hold.next())()
    expect(await stream.rest()).toEqual([CRASH])
    await program.logged(({ msg }) => msg?.startsWith('a replica died within a stream') === true)
    await stillWorks()
  })

  it.each([
    ['awaits its signal', { wait: true }],
    ['never waits', { endless: 10 }],
  ])('client gone: finally of a generator that %s runs within 100 ms', async (name, way) => {
    const tookMs: number[] = []
    for (let n = 0; n < 5; n++) {
      const word = `${name} ${n}`
      const stream = await openStream(program, { words: [word], ...way })
      expect(await stream.next()).toBe(message(word))
      const startMs = performance.now()
      stream.leave()
      await closed(program, word)
      tookMs.push(performance.now() - startMs)
    }
    // The fastest: other programs may have the processors for a while.
    expect(Math.min(...tookMs)).toBeLessThan(100)
    await stillWorks()
  })
})

describe('metrics count the real outcome of a stream', () => {
  let counted: Program
  beforeEach(async () => {
    counted = await start('streams', { flags: ['--timeout', '1000'] })
  })

  it('by its status, also when the answer was a 200 stream', async () => {
    await stillWorks(counted)
    await (await openStream(counted, { words: ['a'], error: { text: 'no' } })).rest()
    await (await openStream(counted, { words: ['a'], wait: true })).rest()
    const gone = await openStream(counted, { words: ['gone'], wait: true })
    await gone.next()
    gone.leave()
    await expect.poll(() => throughput(counted)).toEqual({ 200: 1, 408: 1, 422: 1, 499: 1 })
    await counted.stop()
  })
})

describe('draining', () => {
  it('SIGTERM lets open streams finish', async () => {
    const draining = await start('streams', { flags: ['--timeout', '10000'] })
    const stream = await openStream(draining, { words: ['first'], hold: hold.url })
    await stream.next()
    const ended = draining.stop()
    await draining.logged(({ msg }) => msg?.startsWith('SIGTERM') === true)
    ;(await hold.next())()
    expect(await stream.rest()).toEqual([])
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  it('SIGTERM ends what does not finish by its deadline, and leaves no process', async () => {
    const draining = await start('streams', { flags: ['--timeout', '1000'] })
    const children = childrenOf(draining.pid)
    const stream = await openStream(draining, { words: ['first'], wait: true })
    const ended = draining.stop()
    expect(await stream.rest()).toEqual([message('first'), TIMEOUT])
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(children.filter(isRunning)).toEqual([])
  })
})

/** Answers on `/one` by status. */
async function throughput(of: Program): Promise<Record<string, number>> {
  const lines = (await get(of, '/metrics')).body.matchAll(
    /throughput_total\{code="(\d+)",endpoint="\/one"\} (\d+)/g,
  )
  return Object.fromEntries([...lines].map(([, code, count]) => [code, Number(count)]))
}
