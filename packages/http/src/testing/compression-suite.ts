/** Conformance: compressed requests and answers. */

import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { contentCodings } from '../compression/content-coding.ts'
import { JSON_TYPE, post, type Suite } from './http-suite.ts'
import { LIMIT_BYTES, testRoute, testRoutes } from './test-face.ts'

const ON = { isCompressionOn: true }
const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' }
const LONG = 'It compresses well. '.repeat(200)

const imageRoute = testRoute('/image', { responseCodecs: [{ name: 'png', mimeTypes: ['image/png'] }] })

/** Declares this part of the suite. */
export function compressionSuite({ start, stillWorks }: Suite): void {
  it('reads a gzip body, by either of its names', async () => {
    const { fetch, test } = await start(ON)
    for (const name of ['gzip', 'GZIP', 'x-gzip', 'identity']) {
      const body = name === 'identity' ? Buffer.from('{"a":1}') : gzipSync('{"a":1}')
      const pending = fetch('/inference', post(body, { ...JSON_TYPE, 'content-encoding': name }))
      const task = await test.submitter.submitted.next()
      expect([name, task.text]).toEqual([name, '{"a":1}'])
      task.succeed('{}')
      expect((await pending).status).toBe(200)
    }
    await stillWorks()
  })

  it.each(contentCodings)('reads and writes $name', async ({ name, encode, decode }) => {
    const { fetch, test } = await start(ON)
    const body = await encode(Buffer.from(LONG))
    const headers = { ...JSON_TYPE, 'content-encoding': name, 'accept-encoding': name }
    const pending = fetch('/inference', post(body, headers))
    const task = await test.submitter.submitted.next()
    expect(task.text).toBe(LONG)
    task.succeed(LONG)
    const response = await pending
    expect(response.headers.get('content-encoding')).toBe(name)
    expect(response.headers.get('vary')).toBe('accept, accept-encoding')
    const bytes = Buffer.from(await response.arrayBuffer())
    // `fetch` decodes by itself what it knows; the other ways do not.
    const decoded = await decode(bytes, LONG.length)
    expect(Buffer.from(typeof decoded === 'string' ? bytes : decoded).toString()).toBe(LONG)
    await stillWorks()
  })

  it.each([
    ['gzip', 'gzip'],
    ['gzip;q=0.5, identity', null],
    ['gzip;q=0', null],
    ['br', null],
    ['*;q=0.5, identity;q=0.1, zstd;q=0', 'gzip'],
    ['deflate, gzip;q=0.1', 'gzip'],
    ['identity;q=0, gzip;q=0.01', 'gzip'],
    ['nonsense;;q=x', null],
  ])('answers Accept-Encoding: %s with %s', async (accepted, expected) => {
    const { fetch, test } = await start(ON)
    const pending = fetch('/inference', post('x', { 'accept-encoding': accepted }))
    ;(await test.submitter.submitted.next()).succeed(LONG)
    const response = await pending
    expect(response.headers.get('content-encoding')).toBe(expected)
    expect(response.headers.get('vary')).toBe('accept, accept-encoding')
    expect(textOf(await response.arrayBuffer())).toBe(LONG)
  })

  it('leaves alone what is short, streamed or compressed already', async () => {
    const { fetch, test } = await start({ ...ON, routes: [...testRoutes, imageRoute] })
    const accept = { 'accept-encoding': 'gzip' }
    const short = fetch('/inference', post('x', accept))
    ;(await test.submitter.submitted.next()).succeed('short')
    expect((await short).headers.get('content-encoding')).toBeNull()
    const image = fetch('/image', post('x', { ...accept, accept: '*/*' }))
    ;(await test.submitter.submitted.next()).succeed(LONG)
    expect((await image).headers.get('content-encoding')).toBeNull()
    const stream = fetch('/stream', post('x', accept))
    const task = await test.submitter.submitted.next()
    task.event(LONG)
    expect((await stream).headers.get('content-encoding')).toBeNull()
    task.succeed('')
    await stillWorks()
  })

  it('compresses long metrics', async () => {
    const { fetch } = await start({ ...ON, metrics: async () => ({ contentType: 'text/plain', body: LONG }) })
    const response = await fetch('/metrics', { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(textOf(await response.arrayBuffer())).toBe(LONG)
  })

  it('refuses a bomb with 413: the limit holds for what comes out', async () => {
    const { fetch, test } = await start(ON)
    const fits = fetch('/inference', post(gzipSync(Buffer.alloc(LIMIT_BYTES)), GZIP))
    const task = await test.submitter.submitted.next()
    expect(task.submission.bytes.byteLength).toBe(LIMIT_BYTES)
    task.succeed('ok')
    expect((await fits).status).toBe(200)
    const bomb = await fetch('/inference', post(gzipSync(Buffer.alloc(LIMIT_BYTES + 1)), GZIP))
    expect([bomb.status, await bomb.text()]).toEqual([413, 'request body is too large'])
    expect(test.submitter.submitted.size).toBe(0)
    await stillWorks()
  })

  it('refuses what is no gzip, cut off or empty inside', async () => {
    const { fetch, test } = await start(ON)
    const whole = gzipSync(LONG)
    for (const body of [Buffer.from('no gzip at all'), whole.subarray(0, -9), Buffer.from([0x1f, 0x8b])]) {
      const response = await fetch('/inference', post(body, GZIP))
      expect([response.status, await response.text()]).toEqual([
        400,
        'decoding error: the body is not valid gzip',
      ])
    }
    const empty = await fetch('/inference', post(gzipSync(''), GZIP))
    expect([empty.status, await empty.text()]).toEqual([400, 'no data provided'])
    expect(test.submitter.submitted.size).toBe(0)
    await stillWorks()
  })

  it('refuses other encodings with 415 and names its own', async () => {
    const { fetch } = await start(ON)
    const own = contentCodings.map(({ name }) => name).join(', ')
    for (const name of ['br', 'gzip, gzip', 'zstd, gzip', 'nonsense']) {
      const response = await fetch('/inference', post('x', { 'content-encoding': name }))
      expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, own])
      expect(await response.text()).toBe(
        `unsupported content encoding: got ${name}, this server reads ${own}`,
      )
    }
    await stillWorks()
  })

  it('reads and writes none when it is off', async () => {
    const { fetch, test } = await start()
    const refused = await fetch('/inference', post(gzipSync('x'), GZIP))
    expect([refused.status, refused.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(await refused.text()).toContain('got gzip, this server reads identity')
    const pending = fetch('/inference', post('x', { 'accept-encoding': 'gzip' }))
    ;(await test.submitter.submitted.next()).succeed(LONG)
    const response = await pending
    expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([null, 'accept'])
    await stillWorks()
  })
}

/** `fetch` has decoded it already, the other ways have not. */
function textOf(body: ArrayBuffer): string {
  const bytes = Buffer.from(body)
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()
}
