import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type SubmitOptions } from 'mosec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHold } from './held-request.ts'

const isolations = ['process', 'thread', 'inline'] as const

describe('the same pipeline in process and over HTTP gives the same answers and errors', () => {
  describe.each(isolations)("isolation '%s'", (isolation) => {
    const server = new Server({ logLevel: 'error', refuseLate: false })
    server.appendWorker(new URL('./fixtures/any-answer.mjs', import.meta.url), { isolation })
    server.appendWorker(new URL('./fixtures/wrap.mjs', import.meta.url), { isolation })
    const host = createServer(server.handle)
    beforeAll(async () => {
      await server.start()
      host.listen(0, '127.0.0.1')
      await once(host, 'listening')
    })
    afterAll(async () => {
      host.close()
      await server.close()
    })

    const askPort = (request: RequestInit): Promise<Response> =>
      fetch(`http://127.0.0.1:${(host.address() as AddressInfo).port}/inference`, request)

    type Way = (request: RequestInit) => Response | Promise<Response>
    const ways: [string, Way][] = [
      ['server.fetch', (request) => server.fetch(new Request('http://localhost/inference', request))],
      ['server.app', (request) => server.app.request('/inference', request)],
      ['server.handle', askPort],
    ]

    const askAll = (input: unknown, timeoutMs?: number): Promise<[string, number, string][]> =>
      Promise.all(
        ways.map(async ([name, ask]) => {
          const headers = timeoutMs === undefined ? {} : { 'x-request-timeout-ms': String(timeoutMs) }
          const response = await ask({ method: 'POST', headers, body: JSON.stringify(input) })
          return [name, response.status, await response.text()]
        }),
      )

    it.each([
      ['a text', 'hello'],
      ['an empty text', ''],
      ['letters of all kinds', 'Grüße, 世界 👋 \u0000 \ud83d'],
      ['a long text', 'x'.repeat(200_000)],
      ['a number', -1.5e-7],
      ['false', false],
      ['null', null],
      ['an empty list', []],
      ['a nest', { a: [{ b: [null, 1, 'c', {}] }], d: { e: { f: true } } }],
      ['many numbers', Array.from({ length: 5000 }, (_, i) => i / 7)],
    ])('a value: %s', async (_, give) => {
      expect(await server.submit('/inference', { give })).toEqual({ got: give })
      const json = JSON.stringify({ got: give })
      expect(await askAll({ give })).toEqual(ways.map(([name]) => [name, 200, json]))
    })

    // The code is that of the family: all that the wire has room for.
    it.each([
      ['ValidationError', 'validation_error', 422, 'request validation error: x is missing'],
      ['ClientError', 'bad_request', 400, 'bad request: x is missing'],
      ['DecodingError', 'bad_request', 400, 'decoding error: x is missing'],
      ['ServerError', 'inference_error', 500, 'internal error: x is missing'],
      ['EncodingError', 'inference_error', 500, 'encoding error: x is missing'],
      ['TimeoutError', 'stage_timeout', 408, 'mosec timeout error: x is missing'],
      ['Error', 'inference_error', 500, 'inference internal error'],
    ])('an error: %s', async (kind, code, status, text) => {
      const input = { kind, message: 'x is missing' }
      await expect(server.submit('/inference', input)).rejects.toMatchObject({ code, message: text })
      expect(await askAll(input)).toEqual(ways.map(([name]) => [name, status, text]))
    })

    it.each([
      [401, 'who are you?'],
      [404, 'no such model'],
      [503, 'two\nlines'],
    ])('an error with a status of its own: %d', async (status, message) => {
      const text = message.replace('\n', ' - ')
      const error = { code: 'http_error', status, message: text }
      await expect(server.submit('/inference', { status, message })).rejects.toMatchObject(error)
      expect(await askAll({ status, message })).toEqual(ways.map(([name]) => [name, status, text]))
    })

    it('a deadline that passes, and then it still works', async () => {
      const late = server.submit('/inference', { never: true }, { timeoutMs: 50 })
      await expect(late).rejects.toThrow('inference timeout')
      expect(await askAll({ never: true }, 50)).toEqual(
        ways.map(([name]) => [name, 408, 'inference timeout']),
      )
      expect(await server.submit('/inference', { give: 1 })).toEqual({ got: 1 })
    })

    type Ask = (input: unknown, options?: SubmitOptions) => Promise<unknown>
    const callers: [string, Ask][] = [
      ['in process', (input, options) => server.submit('/inference', input, options)],
      [
        'over HTTP',
        async (input, { signal, timeoutMs = 3000 } = {}) => {
          const headers = { 'x-request-timeout-ms': String(timeoutMs) }
          const body = JSON.stringify(input)
          const response = await askPort({ method: 'POST', headers, body, signal: signal ?? null })
          if (!response.ok) throw new Error(await response.text())
          return response.json()
        },
      ],
    ]
    const inService = async (): Promise<number> => {
      const page = await (await server.fetch(new Request('http://localhost/metrics'))).text()
      return Number(/^mosec_service_remaining_task (\d+)$/m.exec(page)?.[1])
    }

    it.each(callers)(
      'client gone: a queued task leaves the queue and is never computed, %s',
      async (_, ask) => {
        await using hold = await openHold()
        await using trap = await openHold()
        let isComputed = false
        void trap.next().then(() => {
          isComputed = true
        })
        const first = ask({ hold: hold.url, give: 1 })
        const release = await hold.next()
        const leaving = new AbortController()
        const gone = expect(ask({ hold: trap.url }, { signal: leaving.signal })).rejects.toThrow('never mind')
        await expect.poll(inService).toBe(2)
        leaving.abort(new Error('never mind'))
        await gone
        await expect.poll(inService).toBe(1)

        release()
        expect([await first, await ask({ give: 2 })]).toEqual([{ got: 1 }, { got: 2 }])
        expect(isComputed).toBe(false)
      },
    )

    it.each(callers)(
      'expired: a queued task is answered at its deadline and never computed, %s',
      async (_, ask) => {
        await using hold = await openHold()
        await using trap = await openHold()
        let isComputed = false
        void trap.next().then(() => {
          isComputed = true
        })
        const first = ask({ hold: hold.url, give: 1 })
        const release = await hold.next()
        await expect(ask({ hold: trap.url }, { timeoutMs: 50 })).rejects.toThrow('inference timeout')

        release()
        expect([await first, await ask({ give: 2 })]).toEqual([{ got: 1 }, { got: 2 }])
        expect(isComputed).toBe(false)
      },
    )
  })
})
