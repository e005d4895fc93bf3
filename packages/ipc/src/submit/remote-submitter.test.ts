/** Both ends of the socket between an ingress and the scheduler, over a real one. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import {
  type Answered,
  type Outcome,
  outcomes,
  STREAM_WINDOW,
  type Submission,
  type Submitter,
  silentLogger,
  type TaskHandle,
} from '@mosec/core'
import { afterEach, describe, expect, it } from 'vitest'
import { RecordEncoder } from './record-encoder.ts'
import { kinds, type RecordHead } from './record-layout.ts'
import { RemoteSubmitter } from './remote-submitter.ts'
import { serveSubmissions } from './serve-submissions.ts'

/** What a scheduler saw, and the handle that it gave. */
interface Seen {
  readonly submission: Submission
  readonly handle: { id: number; isSettled: boolean }
  isCancelled: boolean
  resumes: number
}

class FakeScheduler implements Submitter {
  readonly seen: Seen[] = []
  isThrowing = false

  submit(submission: Submission): TaskHandle {
    if (this.isThrowing) throw new RangeError('broken')
    const handle = { id: this.seen.length, isSettled: false }
    this.seen.push({ submission, handle, isCancelled: false, resumes: 0 })
    submission.sink.admitted?.()
    return handle
  }

  cancel({ id }: TaskHandle): void {
    const task = this.#at(id)
    task.isCancelled = true
    task.submission.sink.settled(outcomes.cancelled)
  }

  resume({ id }: TaskHandle): void {
    this.#at(id).resumes++
  }

  #at(id: number): Seen {
    const task = this.seen[id]
    if (task === undefined) throw new Error(`no task ${id}`)
    return task
  }
}

class Client {
  readonly events: string[] = []
  readonly outcomes: Outcome[] = []
  isAdmitted = false
  isFull = false
  readonly sink = {
    admitted: () => {
      this.isAdmitted = true
    },
    settled: (outcome: Outcome) => {
      // What came is a view of what was read.
      this.outcomes.push({ ...outcome, bytes: Uint8Array.from(outcome.bytes) })
    },
    event: (bytes: Uint8Array) => {
      this.events.push(text(bytes))
      return !this.isFull
    },
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const bytesOf = (text: string): Uint8Array => Buffer.from(text)

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far]: Socket[] = await once(server, 'connection')
  server.close()
  if (far === undefined) throw new Error('nobody connected')
  open.push(near, far)
  return [near, far]
}

async function setUp() {
  const [near, far] = await socketPair()
  const scheduler = new FakeScheduler()
  const answers: Answered[] = []
  const closed: string[] = []
  const paths = ['/one', '/two']
  const stop = serveSubmissions(far, {
    submitter: scheduler,
    routes: paths.map((path) => ({ path, requestCodecs: 2, responseCodecs: 3 })),
    answered: (answer) => answers.push(answer),
    closed: (reason) => closed.push(`scheduler: ${reason}`),
    logger: silentLogger,
    maxPayloadBytes: 1024 * 1024,
  })
  const submitter = new RemoteSubmitter({
    socket: near,
    routes: paths,
    closed: (reason) => closed.push(`ingress: ${reason}`),
  })
  const send = (body = 'x', more: Partial<Submission> = {}) => {
    const client = new Client()
    const submission = { route: '/one', bytes: bytesOf(body), requestCodec: 0, responseCodec: 0 }
    const handle = submitter.submit({ ...submission, sink: client.sink, ...more })
    return { client, handle }
  }
  const until = (reached: () => boolean) => expect.poll(reached).toBe(true)
  return { near, scheduler, submitter, answers, closed, stop, send, until }
}

describe('a remote submitter', () => {
  it('carries all that a submission says', async () => {
    const { send, scheduler, until } = await setUp()
    send('first')
    const more = {
      route: '/two',
      requestCodec: 1,
      responseCodec: 2,
      priority: 'low',
      timeoutMs: 7.5,
      isInProcess: true,
    }
    send('second', more as Partial<Submission>)
    await until(() => scheduler.seen.length === 2)
    const [first, second] = scheduler.seen.map(({ submission }) => submission)
    expect(first).toMatchObject({ route: '/one', requestCodec: 0, responseCodec: 0, priority: 'normal' })
    expect(first).not.toHaveProperty('timeoutMs')
    expect(first).not.toHaveProperty('isInProcess')
    expect(second).toMatchObject({ ...more, timeoutMs: 8 })
    expect([first, second].map((submission) => text(submission?.bytes ?? bytesOf('')))).toEqual([
      'first',
      'second',
    ])
  })

  it('carries outcomes of every kind, in any order', async () => {
    const { send, scheduler, until } = await setUp()
    const sent: Outcome[] = [
      { code: 'ok', bytes: Buffer.alloc(300_000, 7) },
      { code: 'http_error', bytes: bytesOf('teapot'), httpStatus: 418 },
      { code: 'overloaded', bytes: bytesOf('later'), retryAfterMs: 1500 },
      { code: 'ok', bytes: new Uint8Array(0) },
    ]
    const clients = sent.map(() => send().client)
    await until(() => scheduler.seen.length === sent.length)
    for (const index of [2, 0, 3, 1]) {
      const outcome = sent[index]
      if (outcome !== undefined) scheduler.seen[index]?.submission.sink.settled(outcome)
    }
    await until(() => clients.every(({ outcomes }) => outcomes.length === 1))
    expect(clients.map(({ outcomes }) => outcomes[0])).toEqual(
      sent.map((outcome) => ({ ...outcome, bytes: Uint8Array.from(outcome.bytes) })),
    )
  })

  it('says that a task was admitted only to who wants to know', async () => {
    const { send, scheduler, until } = await setUp()
    const { client } = send()
    const silent: Outcome[] = []
    send('y', { sink: { settled: (outcome) => silent.push(outcome) } })
    await until(() => client.isAdmitted)
    for (const { submission } of scheduler.seen) submission.sink.settled(outcomes.timeout)
    await until(() => silent.length === 1 && client.outcomes.length === 1)
  })

  it('refuses an unknown route before it is sent', async () => {
    const { send } = await setUp()
    expect(() => send('x', { route: '/three' })).toThrow(RangeError)
  })

  it('cancels here at once and there soon; what was under way is lost', async () => {
    const { send, scheduler, submitter, until } = await setUp()
    const { client, handle } = send()
    await until(() => scheduler.seen.length === 1)
    scheduler.seen[0]?.submission.sink.event?.(bytesOf('too late'))
    submitter.cancel(handle)
    submitter.cancel(handle)
    expect([handle.isSettled, client.outcomes.map(({ code }) => code)]).toEqual([true, ['cancelled']])
    await until(() => scheduler.seen[0]?.isCancelled === true)
    const next = send('still works')
    await until(() => scheduler.seen.length === 2)
    scheduler.seen[1]?.submission.sink.settled({ code: 'ok', bytes: bytesOf('yes') })
    await until(() => next.client.outcomes.length === 1)
    expect([client.events, client.outcomes.length, submitter.remaining]).toEqual([[], 1, 0])
  })

  it('holds a stream back after a window that the client has not taken, and lets it go on', async () => {
    const { send, scheduler, submitter, until } = await setUp()
    const { client, handle } = send()
    client.isFull = true
    await until(() => scheduler.seen.length === 1)
    const [task] = scheduler.seen
    const said = Array.from({ length: STREAM_WINDOW }, (_, n) =>
      task?.submission.sink.event?.(bytesOf(`${n}`)),
    )
    expect(said.indexOf(false)).toBe(STREAM_WINDOW - 1)
    await until(() => client.events.length === STREAM_WINDOW)
    expect(task?.resumes).toBe(0)
    client.isFull = false
    submitter.resume(handle)
    await until(() => task?.resumes === 1)
    expect(task?.submission.sink.event?.(bytesOf('more'))).toBe(true)
  })

  it('holds a stream back also when the ingress itself reads nothing', async () => {
    const { near, send, scheduler, until } = await setUp()
    send()
    await until(() => scheduler.seen.length === 1)
    near.pause()
    const event = Buffer.alloc(1024)
    let count = 1
    while (scheduler.seen[0]?.submission.sink.event?.(event) !== false) count++
    expect(count).toBe(STREAM_WINDOW / 2)
    near.resume()
    await until(() => scheduler.seen[0]?.resumes === 1)
  })

  it('carries answers for the observer', async () => {
    const { submitter, answers, until } = await setUp()
    const told: Answered[] = [
      { endpoint: '/two', status: 200, durationMs: 12.345 },
      { endpoint: '/one', status: 499, durationMs: 0, left: 'reading' },
      { endpoint: '/one', status: 499, durationMs: 1, left: 'answering' },
    ]
    for (const answer of told) submitter.answered(answer)
    await until(() => answers.length === told.length)
    expect(answers).toEqual(told)
  })

  it('tells answers with the next task, not in a write of their own', async () => {
    const { near, submitter, answers, send, scheduler, until } = await setUp()
    submitter.answered({ endpoint: '/one', status: 200, durationMs: 1 })
    await new Promise(setImmediate)
    expect(near.bytesWritten).toBe(0)
    send()
    await until(() => scheduler.seen.length === 1)
    expect(answers).toHaveLength(1)
  })

  it('settles what waits as unavailable when the scheduler is gone, and what comes after', async () => {
    const { stop, send, closed, until } = await setUp()
    const { client } = send()
    stop()
    await until(() => client.outcomes.length === 1)
    expect(client.outcomes[0]?.code).toBe('unavailable')
    const { client: late, handle } = send()
    expect([late.outcomes[0]?.code, handle.isSettled]).toEqual(['unavailable', true])
    await until(() => closed.length === 2)
    expect(closed).toContain('scheduler: closed by this side')
    expect(closed).toContain('ingress: the other side ended the connection')
  })

  it('has its tasks cancelled when it is gone', async () => {
    const { near, send, scheduler, closed, until } = await setUp()
    send()
    send()
    await until(() => scheduler.seen.length === 2)
    near.destroy()
    await until(() => closed.length === 2)
    expect(scheduler.seen.map(({ isCancelled }) => isCancelled)).toEqual([true, true])
  })

  it('gets 500 when the scheduler throws, and still works', async () => {
    const { send, scheduler, until } = await setUp()
    scheduler.isThrowing = true
    const { client } = send()
    await until(() => client.outcomes.length === 1)
    expect(client.outcomes[0]?.code).toBe('inference_error')
    scheduler.isThrowing = false
    send()
    await until(() => scheduler.seen.length === 1)
  })

  it('sends what it has, then ends', async () => {
    const { submitter, answers, closed, until } = await setUp()
    submitter.answered({ endpoint: '/one', status: 200, durationMs: 1 })
    submitter.close()
    await until(() => closed.length === 2)
    expect(answers).toHaveLength(1)
  })
})

const submit: RecordHead = { kind: kinds.submit, tag: 1, word: 0, id: 1, left: 0, right: 0, number: 0 }

describe.each<[string, Partial<RecordHead>[]]>([
  ['an unknown kind', [{ kind: 99 }]],
  ['a record of the other side', [{ kind: kinds.settled }]],
  ['a route that is not there', [{ word: 2 }]],
  ['a request codec that is not there', [{ left: 2 }]],
  ['a response codec that is not there', [{ right: 3 }]],
  ['a priority that is none', [{ tag: 3 }]],
  ['bits that mean nothing', [{ tag: 16 }]],
  ['an id that is in use', [{}, {}]],
  ['an answer on a route that is not there', [{ kind: kinds.answered, word: 7 }]],
  ['an answer with an unknown departure', [{ kind: kinds.answered, tag: 9 }]],
])('the scheduler that is sent %s', (_, heads) => {
  it('ends that connection and cancels its tasks', async () => {
    const { near, send, scheduler, closed, until } = await setUp()
    send()
    await until(() => scheduler.seen.length === 1)
    const encoder = new RecordEncoder()
    for (const head of heads) encoder.append({ ...submit, id: 77, ...head })
    for (const part of encoder.take()) near.write(part)
    await until(() => closed.length === 2)
    expect(closed[0]).toMatch(/^scheduler: malformed frame/)
    expect(scheduler.seen.every(({ isCancelled }) => isCancelled)).toBe(true)
  })
})

it('records about tasks that are not there are harmless', async () => {
  const { near, send, scheduler, until } = await setUp()
  const encoder = new RecordEncoder()
  for (const kind of [kinds.cancel, kinds.grant]) encoder.append({ ...submit, kind, id: 99, tag: 0 })
  for (const part of encoder.take()) near.write(part)
  send()
  await until(() => scheduler.seen.length === 1)
})
