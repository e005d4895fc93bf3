/** Conformance: good answers and failed tasks. */

import { type ErrorCode, fixedOutcome, HttpError, outcomeOf } from '@mosec/core'
import { expect, it } from 'vitest'
import { JSON_TYPE, post, type Suite } from './http-suite.ts'
import { json, LIMIT_BYTES, testRoute, testRoutes } from './test-face.ts'

/** Declares this part of the suite. */
export function answersSuite({ start, stillWorks }: Suite): void {
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

  it.each([0, 1, 256, 8_192, 8_193, 70_000])(
    'passes an answer of %i bytes of all values unchanged',
    async (size) => {
      const { fetch, test } = await start()
      const bytes = Uint8Array.from({ length: size }, (_, index) => index)
      const pending = fetch('/raw', post('x', { 'content-type': 'image/png' }))
      const task = await test.submitter.submitted.next()
      task.settle({ code: 'ok', bytes })
      const response = await pending
      expect(response.headers.get('content-length')).toBe(String(size))
      expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), bytes)).toBe(0)
      expect(await test.answers.next()).toMatchObject({ endpoint: '/raw', status: 200 })
      await stillWorks()
    },
  )

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
      [{ 'content-type': 'text/plain;charset=UTF-8' }, 0, 0],
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

  it('tells caches that a route with several codecs answers by Accept, and only such a route', async () => {
    const single = testRoute('/single', { responseCodecs: [json] })
    const { fetch, test } = await start({ routes: [...testRoutes, single] })
    for (const [path, vary] of [
      ['/inference', 'accept'],
      ['/single', null],
    ] as const) {
      const pending = fetch(path, post('{}', JSON_TYPE))
      ;(await test.submitter.submitted.next()).succeed('{}')
      expect([path, (await pending).headers.get('vary')]).toEqual([path, vary])
    }
    const refused = await fetch('/inference', post('{}', { accept: 'image/png' }))
    expect([refused.status, refused.headers.get('vary')]).toEqual([406, 'accept'])
    await stillWorks()
  })
}
