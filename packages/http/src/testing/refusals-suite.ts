/** Conformance: requests that are answered without a task. */

import { outcomes } from '@mosec/core'
import { expect, it } from 'vitest'
import { JSON_TYPE, post, type Suite } from './http-suite.ts'
import { LIMIT_BYTES } from './test-face.ts'

/** Declares this part of the suite. */
export function refusalsSuite({ start, stillWorks }: Suite): void {
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

  it('passes x-priority on a route that allows it, refuses what is none, and looks at it nowhere else', async () => {
    const { fetch, test } = await start()
    const ask = async (path: string, priority: string) => {
      const pending = fetch(path, post('x', { 'x-priority': priority }))
      const task = await test.submitter.submitted.next()
      task.succeed('ok')
      expect((await pending).status).toBe(200)
      return task.submission.priority
    }
    for (const priority of ['high', 'normal', 'low']) expect(await ask('/urgent', priority)).toBe(priority)
    expect(await ask('/inference', 'high')).toBe('normal')
    for (const value of ['HIGH', '9', 'high, low']) {
      const response = await fetch('/urgent', post('x', { 'x-priority': value }))
      expect([value, response.status]).toEqual([value, 400])
      expect(await response.text()).toBe(`bad request: x-priority must be high, normal, low, got ${value}`)
    }
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
