/** Conformance: the endpoints beside inference, clients that leave, and things that throw. */

import { expect, it } from 'vitest'
import { post, type Suite } from './http-suite.ts'

/** Declares this part of the suite. */
export function endpointsSuite({ start, stillWorks }: Suite): void {
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
    const failing = [
      { stage: 'embed', replica: 2, state: 'backoff', deaths: 3, restarts: 2, retryInMs: 80 },
    ] as const
    test.health = { status: 'ready', stages: [{ stage: 'embed', ready: 1, replicas: 2 }], failing }
    expect(await (await fetch('/health/ready')).json()).toEqual({ status: 'ready', failing })
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
      resume() {},
    }
    const { fetch } = await start({ submitter })
    const response = await fetch('/inference', post('x'))
    expect([response.status, await response.text()]).toEqual([500, 'inference internal error'])
  })
}
