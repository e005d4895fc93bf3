import { fileURLToPath } from 'node:url'
import { msgpack } from '@mosec/codec-msgpack'
import { Server } from 'mosec'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const fixture = (name: string): URL => new URL(`./fixtures/${name}.mjs`, import.meta.url)
const label = 'request validation error: '

interface Answer {
  readonly status: number
  readonly text: string
}

const post = async (url: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<Answer> => {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body })
  return { status: response.status, text: await response.text() }
}

const wrong = { items: [{ x: 1 }, { x: 2 }, { x: 'q' }] }
const libraries = [
  ['zod', 'input.items[2].x: expected number, received string', 'input: expected object, received number'],
  ['valibot', 'input.items[2].x: Expected number but received "q"', 'input: Expected Object but received 3'],
  ['arktype', 'input.items[2].x: must be a number (was a string)', 'input: must be an object (was a number)'],
] as const

describe('validation by type, over HTTP', () => {
  let server: Program
  const ask = (path: string, body: unknown): Promise<Answer> =>
    post(`${server.url}${path}`, JSON.stringify(body), 'application/json')
  beforeAll(async () => {
    server = await startProgram({ file: fileURLToPath(fixture('server')) })
  })
  afterAll(() => server.stop())

  describe.each(libraries)('with %s', (library, atItem, atRoot) => {
    const path = `/${library}`

    it('forward gets what the schema gives, defaults too', async () => {
      expect(await ask(path, { items: [{ x: 1 }, { x: 2.5 }] })).toEqual({ status: 200, text: '{"sum":7}' })
    })

    it('422 names the path of each issue, and the next request is answered', async () => {
      expect(await ask(path, wrong)).toEqual({ status: 422, text: label + atItem })
      expect(await ask(path, 3)).toEqual({ status: 422, text: label + atRoot })
      const { status, text } = await ask(path, { items: 'none', scale: [] })
      expect(status).toBe(422)
      expect(text).toMatch(/^request validation error: input\.items: .+; input\.scale: .+$/)
      expect((await ask(path, { items: [] })).status).toBe(200)
    })

    it('any codec brings values: the same errors in msgpack', async () => {
      const bytes = new Uint8Array(msgpack().encode(wrong))
      expect(await post(server.url + path, bytes, 'application/msgpack')).toEqual({
        status: 422,
        text: label + atItem,
      })
    })

    it('a hostile value is answered in a few words', async () => {
      const items = Array.from({ length: 10_000 }, (_, index) => ({ x: `${'w'.repeat(50)}${index}` }))
      const { status, text } = await ask(path, { items })
      expect(status).toBe(422)
      expect(text.length).toBeLessThan(4_000)
      expect((await ask(path, { items: [] })).status).toBe(200)
    })

    it('the output schema costs nothing but at level debug', async () => {
      expect(await ask(path, { items: [{ x: 99 }] })).toEqual({ status: 200, text: '{"sum":198}' })
    })
  })

  it('one bad item of a batch fails alone', async () => {
    const bodies = Array.from({ length: 40 }, (_, index) =>
      index % 3 === 0 ? wrong : { items: [{ x: index }] },
    )
    const answers = await Promise.all(bodies.map((body) => ask('/zod', body)))
    expect(answers.map(({ status }) => status)).toEqual(
      bodies.map((_, index) => (index % 3 === 0 ? 422 : 200)),
    )
  })

  it('a schema may wait and may transform; between stages nothing is checked', async () => {
    expect(await ask('/day', { date: '2024-02-29', name: 'leap' })).toEqual({
      status: 200,
      text: '"LEAP ON DAY 4"',
    })
    const refused = await ask('/day', { date: '2023-02-29', name: 'taken' })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('input.date: ')
    expect(await ask('/day', { date: '2024-02-29', name: 'taken' })).toEqual({
      status: 422,
      text: `${label}input.name: is taken`,
    })
  })

  it('a stream’s input is checked before its first event', async () => {
    expect(await ask('/count', { to: 9 })).toMatchObject({ status: 422 })
    expect((await ask('/count', { to: 2 })).text).toContain('data: 2')
  })
})

describe('the response schema', () => {
  it('is checked at level debug: 500, the answer and the log name the path', async () => {
    await using server = await startProgram({
      file: fileURLToPath(fixture('server')),
      flags: ['--log-level', 'debug'],
    })
    for (const path of ['/zod', '/valibot', '/arktype']) {
      const bad = await post(server.url + path, '{"items":[{"x":99}]}', 'application/json')
      expect(bad.status).toBe(500)
      expect(bad.text).toMatch(/^encoding error: output\.sum: .*100/)
      await server.logged(({ msg }) => msg?.includes(`forward: ${bad.text}`) === true)
      const good = await post(server.url + path, '{"items":[{"x":1}]}', 'application/json')
      expect(good).toEqual({ status: 200, text: '{"sum":2}' })
    }
    await server.logged(({ msg }) => msg?.startsWith('Day.input has no JSON Schema') === true)
  })
})

describe('server.submit', () => {
  it('checks values too: the same errors in process and over HTTP', async () => {
    await using server = new Server({ logLevel: 'error' })
    server.appendWorker(fixture('zod-sum'), { maxBatchSize: 8 })
    await server.start()
    expect(await server.submit('/inference', { items: [{ x: 1 }] })).toEqual({ sum: 2 })
    const message = `${label}${libraries[0][1]}`
    await expect(server.submit('/inference', wrong)).rejects.toMatchObject({
      code: 'validation_error',
      message,
    })
    const request = new Request('http://localhost/inference', { method: 'POST', body: JSON.stringify(wrong) })
    const response = await server.fetch(request)
    expect([response.status, await response.text()]).toEqual([422, message])
    expect(await server.submit('/inference', { items: [] })).toEqual({ sum: 0 })
  })
})
