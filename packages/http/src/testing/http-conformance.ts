/** What every way to an answer must do; run on the direct way, through Hono, and on `fetch`. */

import { type ErrorCode, fixedOutcome, HttpError, outcomeOf, outcomes } from '@mosec/core'
import { afterEach, describe, expect, it } from 'vitest'
import type { HttpFaceOptions } from '../options.ts'
import type { HeldSubmitter } from './held-submitter.ts'
import { LIMIT_BYTES, type TestFace } from './test-face.ts'

/** One way to reach a face. */
export interface HttpSubject extends AsyncDisposable {
  readonly test: TestFace
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** Makes a face and a way to it. */
export type MakeHttpSubject = (changes?: Partial<HttpFaceOptions>) => Promise<HttpSubject>

/** As bytes: a client that is given a string would add `content-type: text/plain`. */
const post = (body: string | Uint8Array, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: Buffer.from(body),
  headers,
})
const JSON_TYPE = { 'content-type': 'application/json' }

/** Declares the suite. */
export function httpConformance(name: string, make: MakeHttpSubject): void {
  describe(`HTTP, ${name}`, () => {
    let subject: HttpSubject
    const start = async (changes?: Partial<HttpFaceOptions>): Promise<HttpSubject> => {
      subject = await make(changes)
      return subject
    }
    afterEach(() => subject[Symbol.asyncDispose]())

    /** Every test ends with this: whatever happened, the next request is answered. */
    const stillWorks = async (): Promise<void> => {
      const pending = subject.fetch('/inference', post('again', JSON_TYPE))
      const task = await subject.test.submitter.submitted.next()
      task.succeed('fine')
      expect(await (await pending).text()).toBe('fine')
    }

    it('answers with the bytes and the MIME type of the egress codec', async () => {
      const { fetch, test } = await start()
      const pending = fetch('/inference', post('{"a":1}', JSON_TYPE))
      const task = await test.submitter.submitted.next()
      expect(task.text).toBe('{"a":1}')
      expect(task.submission).toMatchObject({ route: '/inference', requestCodec: 0, responseCodec: 0 })
      expect(task.submission).not.toHaveProperty('timeoutMs')
      task.succeed('{"b":2}')
      const response = await pending
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('content-length')).toBe('7')
      expect(response.headers.get('server')).toBe('mosec/test')
      expect(await response.text()).toBe('{"b":2}')
      expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status: 200 })
      await stillWorks()
    })

    it('passes binary bodies of many chunks unchanged, both ways', async () => {
      const { fetch, test } = await start()
      const body = Uint8Array.from({ length: LIMIT_BYTES }, (_, index) => index % 251)
      const pending = fetch('/raw', post(body, { 'content-type': 'image/png' }))
      const task = await test.submitter.submitted.next()
      expect(Buffer.compare(task.submission.bytes, body)).toBe(0)
      task.settle({ code: 'ok', bytes: body })
      const response = await pending
      expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), body)).toBe(0)
      await stillWorks()
    })

    it.each<[ErrorCode, number]>([
      ['bad_request', 400],
      ['decoding_error', 400],
      ['validation_error', 422],
      ['timeout', 408],
      ['stage_timeout', 408],
      ['server_error', 500],
      ['encoding_error', 500],
      ['inference_error', 500],
      ['worker_crashed', 500],
      ['queue_full', 429],
      ['shutting_down', 503],
      ['unavailable', 503],
    ])('answers %s as %i with the very text', async (code, status) => {
      const { fetch, test } = await start()
      const pending = fetch('/inference', post('x'))
      const task = await test.submitter.submitted.next()
      task.settle(fixedOutcome(code, 'the text, ümlaut and all'))
      const response = await pending
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(response.headers.get('server')).toBe('mosec/test')
      expect(response.headers.has('retry-after')).toBe(status === 429 || status === 503)
      expect(await response.text()).toBe('the text, ümlaut and all')
      expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status })
      await stillWorks()
    })

    it('answers the status that a worker chose', async () => {
      const { fetch, test } = await start()
      const pending = fetch('/inference', post('x'))
      const task = await test.submitter.submitted.next()
      task.settle(outcomeOf(new HttpError(429, 'slow down')))
      const response = await pending
      expect(response.status).toBe(429)
      expect(response.headers.get('retry-after')).toBe('1')
      expect(await response.text()).toBe('slow down')
      await stillWorks()
    })

    it('gives problem+json to who names it, with refusals and with failures', async () => {
      const { fetch, test } = await start()
      const accept = 'application/json, application/problem+json'
      const pending = fetch('/inference', post('x', { accept }))
      const task = await test.submitter.submitted.next()
      task.settle(fixedOutcome('validation_error', 'request validation error: no'))
      const failed = await pending
      expect(failed.headers.get('content-type')).toBe('application/problem+json')
      expect(await failed.json()).toEqual({
        type: 'about:blank',
        title: 'Unprocessable Content',
        status: 422,
        detail: 'request validation error: no',
      })
      expect(await (await fetch('/nowhere', { headers: { accept } })).json()).toMatchObject({ status: 404 })
      const empty = await fetch('/inference', post('', { accept }))
      expect(await empty.json()).toMatchObject({ status: 400, detail: 'no data provided' })
      await stillWorks()
    })

    it('chooses codecs by Content-Type and Accept', async () => {
      const { fetch, test } = await start()
      const cases = [
        [{}, 0, 0],
        [{ 'content-type': 'application/x-www-form-urlencoded' }, 0, 0],
        [{ 'content-type': 'Application/X-MsgPack; charset=binary' }, 1, 1],
        [{ 'content-type': 'application/msgpack', accept: 'application/json' }, 1, 0],
        [{ 'content-type': 'application/json', accept: 'application/x-msgpack' }, 0, 1],
        [{ 'content-type': 'application/json', accept: 'text/html, */*;q=0.8' }, 0, 0],
      ] as const
      for (const [headers, requestCodec, responseCodec] of cases) {
        const pending = fetch('/inference', post(new Uint8Array([1]), headers))
        const task = await test.submitter.submitted.next()
        expect(task.submission).toMatchObject({ requestCodec, responseCodec })
        task.succeed('{}')
        const response = await pending
        const mimeType = responseCodec === 1 ? 'application/msgpack' : 'application/json'
        expect(response.headers.get('content-type')).toBe(mimeType)
        await response.text()
      }
    })

    it('refuses what it cannot read or write, and names what it can', async () => {
      const { fetch, test } = await start()
      const unread = await fetch('/inference', post('x', { 'content-type': 'text/csv' }))
      expect(unread.status).toBe(415)
      expect(await unread.text()).toMatch(/text\/csv.*application\/json, application\/msgpack/)
      const unwritten = await fetch('/inference', post('x', { accept: 'image/png' }))
      expect(unwritten.status).toBe(406)
      expect(await unwritten.text()).toMatch(/application\/json, application\/msgpack/)
      expect(await test.answers.next()).toMatchObject({ status: 415 })
      expect(await test.answers.next()).toMatchObject({ status: 406 })
      expect(test.submitter.submitted.size).toBe(0)
      await stillWorks()
    })

    it('answers an error as it is, whatever Accept says', async () => {
      const { fetch, test } = await start()
      const pending = fetch('/inference', post('x', { accept: 'application/msgpack' }))
      const task = await test.submitter.submitted.next()
      task.settle(outcomes.timeout)
      const response = await pending
      expect([response.status, await response.text()]).toEqual([408, 'inference timeout'])
    })

    it('refuses an empty body', async () => {
      const { fetch } = await start()
      for (const init of [post('', JSON_TYPE), { method: 'POST' }]) {
        const response = await fetch('/inference', init)
        expect([response.status, await response.text()]).toEqual([400, 'no data provided'])
      }
      await stillWorks()
    })

    it('takes a body of the very limit and refuses one byte more, also without a length', async () => {
      const { fetch, test } = await start()
      const pending = fetch('/inference', post('x'.repeat(LIMIT_BYTES), JSON_TYPE))
      const task = await test.submitter.submitted.next()
      task.succeed('ok')
      expect((await pending).status).toBe(200)
      const declared = await fetch('/inference', post('x'.repeat(LIMIT_BYTES + 1), JSON_TYPE))
      expect([declared.status, await declared.text()]).toEqual([413, 'request body is too large'])
      const chunked = await fetch('/inference', chunkedPost(['x'.repeat(LIMIT_BYTES), 'y']))
      expect([chunked.status, await chunked.text()]).toEqual([413, 'request body is too large'])
      expect(chunked.headers.get('server')).toBe('mosec/test')
      expect(test.submitter.submitted.size).toBe(0)
      await stillWorks()
    })

    it('answers 405 with Allow to wrong methods, 404 elsewhere, all with the server header', async () => {
      const { fetch } = await start()
      const cases = [
        ['/inference', 'GET', 405, 'POST'],
        ['/inference?x=1', 'PUT', 405, 'POST'],
        ['/stream', 'HEAD', 405, 'POST'],
        ['/', 'POST', 405, 'GET, HEAD'],
        ['/metrics', 'DELETE', 405, 'GET, HEAD'],
        ['/inference/', 'POST', 404, null],
        ['/inferenc', 'POST', 404, null],
        ['/health', 'GET', 404, null],
      ] as const
      for (const [path, method, status, allow] of cases) {
        const response = await fetch(path, { method })
        expect([path, response.status, response.headers.get('allow')]).toEqual([path, status, allow])
        expect(response.headers.get('server')).toBe('mosec/test')
        await response.text()
      }
      await stillWorks()
    })

    it('answers the service, metrics and health endpoints', async () => {
      const { fetch, test } = await start()
      const service = await fetch('/')
      expect([service.status, await service.text()]).toEqual([200, 'MOSEC service'])
      const metrics = await fetch('/metrics')
      expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4')
      expect(metrics.headers.get('server')).toBe('mosec/test')
      expect(await metrics.text()).toBe('up 1\n')
      for (const path of ['/health/live', '/healthz', '/health/ready', '/readyz']) {
        expect((await fetch(path)).status).toBe(200)
        const head = await fetch(path, { method: 'HEAD' })
        expect([head.status, await head.text()]).toEqual([200, ''])
      }
      test.health = {
        status: 'degraded',
        stages: [
          { stage: 'tokenize', ready: 2, replicas: 2 },
          { stage: 'embed', ready: 0, replicas: 1 },
        ],
      }
      const ready = await fetch('/health/ready')
      expect(ready.status).toBe(503)
      expect(await ready.json()).toEqual({
        status: 'degraded',
        notReady: [{ stage: 'embed', ready: 0, replicas: 1 }],
      })
      expect((await fetch('/health/live')).status).toBe(200)
      expect((await fetch('/')).status).toBe(200)
      test.health = { status: 'draining', stages: [] }
      const draining = await fetch('/')
      expect([draining.status, await draining.text()]).toEqual([503, 'gracefully shutting down'])
      expect(draining.headers.get('retry-after')).toBe('1')
    })

    it('hides why metrics failed', async () => {
      const { fetch } = await start({ metrics: () => Promise.reject(new Error('secret')) })
      const response = await fetch('/metrics')
      expect([response.status, await response.text()]).toEqual([500, 'inference internal error'])
      await stillWorks()
    })

    it('passes x-request-timeout-ms, and refuses what is no positive integer', async () => {
      const { fetch, test } = await start()
      const pending = fetch('/inference', post('x', { 'x-request-timeout-ms': '250' }))
      const task = await test.submitter.submitted.next()
      expect(task.submission.timeoutMs).toBe(250)
      task.succeed('ok')
      await pending
      for (const value of ['0', '-5', '1.5', 'soon', '1e3', '9'.repeat(30)]) {
        const response = await fetch('/inference', post('x', { 'x-request-timeout-ms': value }))
        expect([value, response.status]).toEqual([value, 400])
        expect(await response.text()).toMatch(/^bad request: x-request-timeout-ms/)
      }
      expect(test.submitter.submitted.size).toBe(0)
      await stillWorks()
    })

    it('cancels the task of a client that left, and counts 499', async () => {
      const { fetch, test } = await start()
      const leaving = new AbortController()
      const pending = fetch('/inference', { ...post('x'), signal: leaving.signal }).catch(() => undefined)
      const task = await test.submitter.submitted.next()
      leaving.abort()
      expect(await test.submitter.cancelled.next()).toBe(task)
      await pending
      expect(await test.answers.next()).toMatchObject({ endpoint: '/inference', status: 499 })
      await stillWorks()
    })

    it('contains an observer that throws, and reports it once', async () => {
      const errors: string[] = []
      const logger = { debug() {}, info() {}, warning() {}, error: (text: string) => errors.push(text) }
      const { fetch } = await start({
        logger,
        observer: {
          answered() {
            throw new Error('broken')
          },
        },
      })
      expect((await fetch('/inference', post(''))).status).toBe(400)
      await stillWorks()
      await stillWorks()
      expect(errors).toHaveLength(1)
    })

    it('answers 500 when the scheduler throws', async () => {
      const submitter = {
        submit() {
          throw new RangeError('no such route')
        },
        cancel() {},
      }
      const { fetch } = await start({ submitter })
      const response = await fetch('/inference', post('x'))
      expect([response.status, await response.text()]).toEqual([500, 'inference internal error'])
    })

    streamConformance(start, stillWorks)
  })
}

function streamConformance(
  start: (changes?: Partial<HttpFaceOptions>) => Promise<HttpSubject>,
  stillWorks: () => Promise<void>,
): void {
  it('streams events, in lines, and ends', async () => {
    const { fetch, test } = await start()
    const pending = fetch('/stream', post('x', { accept: 'application/json' }))
    const task = await test.submitter.submitted.next()
    task.event('one')
    const response = await pending
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('server')).toBe('mosec/test')
    task.event('two\nlines\r\nand\rmore')
    task.succeed('')
    expect(await response.text()).toBe(
      'event: message\ndata: one\n\nevent: message\ndata: two\ndata: lines\ndata: and\ndata: more\n\n',
    )
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 200 })
    await stillWorks()
  })

  it('puts an error after the first event into the stream, and counts the real status', async () => {
    const { fetch, test } = await start()
    const pending = fetch('/stream', post('x'))
    const task = await test.submitter.submitted.next()
    task.event('one')
    task.settle(fixedOutcome('validation_error', 'request validation error: text is required'))
    const response = await pending
    expect(await response.text()).toContain(
      'event: error\ndata: SSE inference error: 422: Unprocessable Content: request validation error: text is required\n\n',
    )
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 422 })
    await stillWorks()
  })

  it('answers an error before the first event plainly, unless the client asked for events', async () => {
    const { fetch, test } = await start()
    const plain = fetch('/stream', post('x', { accept: '*/*' }))
    ;(await test.submitter.submitted.next()).settle(outcomes.inferenceError)
    expect((await plain).status).toBe(500)
    expect(await (await plain).text()).toBe('inference internal error')
    const asked = fetch('/stream', post('x', { accept: 'text/event-stream' }))
    const task = await test.submitter.submitted.next()
    expect((await asked).status).toBe(200)
    task.settle(outcomes.inferenceError)
    expect(await (await asked).text()).toBe(
      'event: error\ndata: SSE inference error: 500: Internal Server Error: inference internal error\n\n',
    )
    await stillWorks()
  })

  it('cancels the task of a client that left its stream', async () => {
    const { fetch, test } = await start()
    const leaving = new AbortController()
    const pending = fetch('/stream', { ...post('x'), signal: leaving.signal })
    const task = await test.submitter.submitted.next()
    task.event('one')
    const reader = (await pending).body?.getReader()
    await reader?.read()
    leaving.abort()
    await reader?.cancel().catch(() => {})
    expect(await test.submitter.cancelled.next()).toBe(task)
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 499 })
    task.event('into the void')
    await stillWorks()
  })

  it('refuses a stream at the door with a status, also for a client that asked for events', async () => {
    const { fetch, test } = await start({ submitter: refusing })
    const response = await fetch('/stream', post('x', { accept: 'text/event-stream' }))
    expect(response.status).toBe(429)
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 429 })
  })
}

const refusing: Pick<HeldSubmitter, 'submit' | 'cancel'> = {
  submit({ sink }) {
    sink.settled(outcomes.queueFull)
    return { id: 0, isSettled: true }
  },
  cancel() {},
}

/** A request whose length is not known before it ends. */
function chunkedPost(parts: readonly string[]): RequestInit {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part))
      controller.close()
    },
  })
  return { method: 'POST', body, duplex: 'half' }
}
