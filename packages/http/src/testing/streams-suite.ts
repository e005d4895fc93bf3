/** Conformance: server-sent events. */

import { fixedOutcome, outcomes, type Submitter } from '@mosec/core'
import { expect, it } from 'vitest'
import { post, type Suite } from './http-suite.ts'

/** Of 64 KiB: 16 MiB. */
const EVENTS = 256

/** Declares this part of the suite. */
export function streamsSuite({ start, stillWorks }: Suite): void {
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

  it('tells the task when a slow reader falls behind, and when it has caught up', async () => {
    const { fetch, test } = await start()
    const pending = fetch('/stream', post('x'))
    const task = await test.submitter.submitted.next()
    const event = '.'.repeat(64 * 1024)
    expect(task.event('first')).toBe(true)
    const response = await pending
    // In one turn, and more than the buffers of both ends and of the system hold.
    const said = Array.from({ length: EVENTS }, () => task.event(event))
    expect(said.at(-1)).toBe(false)
    expect(test.submitter.resumed.size).toBe(0)
    const body = response.text()
    expect(await test.submitter.resumed.next()).toBe(task)
    task.succeed('')
    expect(await body).toBe(
      `event: message\ndata: first\n\n${`event: message\ndata: ${event}\n\n`.repeat(EVENTS)}`,
    )
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 200 })
    await stillWorks()
  })

  it('refuses a stream at the door with a status, also for a client that asked for events', async () => {
    const { fetch, test } = await start({ submitter: refusing })
    const response = await fetch('/stream', post('x', { accept: 'text/event-stream' }))
    expect(response.status).toBe(429)
    expect(await test.answers.next()).toMatchObject({ endpoint: '/stream', status: 429 })
  })
}

const refusing: Submitter = {
  submit({ sink }) {
    sink.settled(outcomes.queueFull)
    return { id: 0, isSettled: true }
  },
  cancel() {},
  resume() {},
}
