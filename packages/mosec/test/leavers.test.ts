import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hold, openHold } from './held-request.ts'
import { type Answer, get, post, start } from './square-client.ts'

describe.each(['process', 'thread', 'inline'])("a client that leaves, isolation '%s'", (ISOLATION) => {
  let program: Program
  let hold: Hold
  beforeAll(async () => {
    hold = await openHold()
    program = await start('leaving', { env: { ISOLATION } })
  })
  afterAll(async () => {
    await hold[Symbol.asyncDispose]()
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })

  /** A value of the metrics page; 0 when it is not there. */
  async function metric(sample: string): Promise<number> {
    const line = (await get(program, '/metrics')).body
      .split('\n')
      .find((text) => text.startsWith(`${sample} `))
    return Number(line?.slice(sample.length) ?? 0)
  }

  const left = (route: string, where: string, stage = ''): Promise<number> =>
    metric(`mosec_service_cancelled_task_total{endpoint="${route}",where="${where}",stage="${stage}"}`)
  const queued = (stage: string): Promise<number> => metric(`mosec_service_queued_task{stage="${stage}"}`)

  /** A request whose client may leave. */
  function asking(route: string, body: unknown): { readonly leave: () => Promise<void> } {
    const leaving = new AbortController()
    const request = { method: 'POST', body: JSON.stringify(body), signal: leaving.signal }
    const gone = expect(fetch(`${program.url}${route}`, request)).rejects.toThrow('bye')
    return {
      leave() {
        leaving.abort(new Error('bye'))
        return gone
      },
    }
  }

  const timesComputed = (name: string): number =>
    program.log.filter((line) => line.msg === 'computed' && line['task'] === name).length

  /** Where a task's signal was aborted. */
  const aborted = (name: string): Promise<unknown> =>
    program.logged((line) => line.msg === 'aborted' && line['task'] === name).then((line) => line['at'])

  async function stillWorks(): Promise<void> {
    expect((await post(program, { name: 'works' }, '/two')).body).toBe('"works"')
    expect(await metric('mosec_service_remaining_task')).toBe(0)
  }

  it('leaves before its request is whole: reading', async () => {
    const socket = await rawRequest('/two', 'content-length: 100\r\nexpect: 100-continue\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    await expect.poll(() => left('/two', 'reading')).toBe(1)
    await stillWorks()
  })

  it('leaves the queue of the first stage: queued, and never computed', async () => {
    const first = post(program, { name: 'holds', first: hold.url }, '/two')
    const release = await hold.next()
    const leaver = asking('/two', { name: 'queued' })
    await expect.poll(() => queued('first')).toBe(1)
    await leaver.leave()
    await expect.poll(() => left('/two', 'queued', 'first')).toBe(1)
    release()
    expect((await first).status).toBe(200)
    await stillWorks()
    expect(timesComputed('queued')).toBe(0)
  })

  it('leaves while its batch is formed: queued, and its place is free again', async () => {
    const leaver = asking('/window', { name: 'formed' })
    await expect.poll(() => queued('window')).toBe(1)
    await leaver.leave()
    await expect.poll(() => left('/window', 'queued', 'window')).toBe(1)
    const others = ['a', 'b', 'c'].map((name): Promise<Answer> => post(program, { name }, '/window'))
    expect((await Promise.all(others)).map(({ body }) => body)).toEqual(['"a"', '"b"', '"c"'])
    expect(timesComputed('formed')).toBe(0)
    await stillWorks()
  })

  it('leaves while the first stage computes: running, the signal is aborted, the second never sees it', async () => {
    const leaver = asking('/two', { name: 'running 1', first: hold.url })
    await hold.next()
    await leaver.leave()
    expect(await aborted('running 1')).toBe('first')
    expect(await left('/two', 'running', 'first')).toBe(1)
    await stillWorks()
    expect(timesComputed('running 1')).toBe(1)
  })

  it('leaves between the stages, in the queue of the second: queued there, and computed by the first only', async () => {
    const first = post(program, { name: 'holds', second: hold.url }, '/two')
    const release = await hold.next()
    const leaver = asking('/two', { name: 'between' })
    await expect.poll(() => queued('second')).toBe(1)
    await leaver.leave()
    await expect.poll(() => left('/two', 'queued', 'second')).toBe(1)
    release()
    expect((await first).status).toBe(200)
    await stillWorks()
    expect(timesComputed('between')).toBe(1)
  })

  it('leaves while the second stage computes: running there', async () => {
    const leaver = asking('/two', { name: 'running 2', second: hold.url })
    await hold.next()
    await leaver.leave()
    expect(await aborted('running 2')).toBe('second')
    expect(await left('/two', 'running', 'second')).toBe(1)
    await stillWorks()
  })

  it('leaves a stream: streaming, and the signal is aborted', async () => {
    const leaving = new AbortController()
    const request = { method: 'POST', body: JSON.stringify({ name: 'stream', hold: hold.url }) }
    const response = await fetch(`${program.url}/stream`, { ...request, signal: leaving.signal })
    await response.body?.getReader().read()
    await hold.next()
    leaving.abort()
    expect(await aborted('stream')).toBe('stream')
    expect(await left('/stream', 'streaming', 'stream')).toBe(1)
    await stillWorks()
  })

  it('leaves while its answer is written: answering', async () => {
    const body = JSON.stringify({ name: 'large', size: 50_000_000 })
    const socket = await rawRequest('/two', `content-length: ${body.length}\r\n\r\n${body}`)
    await once(socket, 'data')
    socket.pause()
    await expect.poll(() => metric('mosec_service_remaining_task')).toBe(0)
    socket.destroy()
    await expect.poll(() => left('/two', 'answering')).toBe(1)
    await stillWorks()
  })

  /** What follows the first lines of a request is the caller's; so is the socket. */
  async function rawRequest(path: string, rest: string): Promise<Socket> {
    const socket = connect(Number(new URL(program.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${rest}`)
    return socket
  }
})
