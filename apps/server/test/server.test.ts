import { msgpack } from '@mosec/codec-msgpack'
import OpenAI from 'openai'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAlive, processorMsOf, type RunningServer, startServer } from './running-server.ts'

const model = 'universal-sentence-encoder-lite'
let server: RunningServer
let openai: OpenAI

beforeAll(async () => {
  server = await startServer()
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
})

afterAll(async () => {
  const processes = server.descendants()
  expect(processes.length).toBeGreaterThanOrEqual(7)
  expect(await server.stop()).toBe(0)
  expect(processes.filter(isAlive)).toEqual([])
})

it('starts without a warning', () => {
  expect(server.log().match(/^.*"level":"(warn|error).*$/gm)).toBeNull()
})

async function embed(...input: string[]): Promise<number[][]> {
  const { data } = await openai.embeddings.create({ model, input })
  return data.map(({ embedding }) => embedding)
}

/** Requests that have left `tokenize` for `embed`. */
async function tokenizedCount(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(
    /process_duration_second_count\{stage="tokenize",connection="1"\} (\d+)/.exec(metrics)?.[1] ?? 0,
  )
}

const dot = (a: readonly number[] = [], b: readonly number[] = []): number =>
  a.reduce((sum, value, n) => sum + value * (b[n] ?? Number.NaN), 0)

describe('POST /v1/embeddings', () => {
  it('serves the openai client with its defaults', async () => {
    const answer = await openai.embeddings.create({ model, input: 'How old are you?' })
    expect(answer.object).toBe('list')
    expect(answer.usage).toEqual({ prompt_tokens: 5, total_tokens: 5 })
    expect(answer.data[0]?.embedding).toHaveLength(512)
    const floats = await openai.embeddings.create({
      model,
      input: 'How old are you?',
      encoding_format: 'float',
    })
    expect(floats.data[0]?.embedding).toEqual(answer.data[0]?.embedding)
  })

  it('finds like sentences alike', async () => {
    const [a, b, c] = await embed(
      'How old are you?',
      'What is your age?',
      'The train to Geneva leaves at noon.',
    )
    expect(dot(a, b)).toBeCloseTo(0.846, 2)
    expect(dot(a, c)).toBeLessThan(0.2)
  })

  it('gives every client of a batch its own answer', async () => {
    const texts = Array.from({ length: 24 }, (_, n) => `This is sentence number ${n}.`)
    const alone: number[][] = []
    for (const text of texts) alone.push(...(await embed(text)))
    const together = await Promise.all(texts.map((text) => embed(text)))
    together.forEach(([vector = []], n) => {
      expect(
        Math.max(...vector.map((value, k) => Math.abs(value - (alone[n]?.[k] ?? Number.NaN)))),
      ).toBeLessThan(1e-6)
    })
  })

  it.each([
    [{ input: '' }, '422 request validation error: input: must not be empty'],
    [{ input: ['a', ''] }, '422 request validation error: input[1]: must not be empty'],
    [
      { input: 'a', dimensions: 3 },
      '422 request validation error: dimensions: this model has 512 dimensions',
    ],
  ])('refuses %j in words that the client shows', async (body, message) => {
    await expect(openai.embeddings.create({ model, ...body })).rejects.toThrow(message)
    expect(await embed('and it still works')).toHaveLength(1)
  })

  it('computes no further when the client has left, so that the next waits for one chunk only', async () => {
    // The longest request that is taken: seconds of the model's time.
    const input = Array(64).fill('word '.repeat(200))
    const before = await tokenizedCount()
    const leaving = new AbortController()
    const left = openai.embeddings.create({ model, input }, { signal: leaving.signal })
    const rejected = expect(left).rejects.toThrow('aborted')
    await expect.poll(tokenizedCount).toBeGreaterThan(before)
    leaving.abort()
    await rejected
    const replicas = server.descendants()
    const beforeMs = processorMsOf(replicas)
    expect(await embed('and it still works')).toHaveLength(1)
    expect(processorMsOf(replicas) - beforeMs).toBeLessThan(2000)
  })

  it('says where JSON is wrong', async () => {
    const response = await fetch(`${server.url}/v1/embeddings`, {
      method: 'POST',
      body: '{"input": ',
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/^decoding error: /)
  })
})

const picture = sharp({ create: { width: 640, height: 480, channels: 3, background: 'seagreen' } })

async function classify(body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  const type = { 'content-type': 'application/octet-stream' }
  return fetch(`${server.url}/v1/images/classify`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { ...type, ...headers },
  })
}

async function expectGoodPicture(): Promise<void> {
  expect((await classify(await picture.clone().png().toBuffer())).status).toBe(200)
}

describe('POST /v1/images/classify', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('takes %s', async (format) => {
    const file = await picture.clone()[format]().toBuffer()
    const response = await classify(file, { 'content-type': `image/${format}` })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.json()).toEqual({
      predictions: Array(5).fill({ label: expect.any(String), probability: expect.any(Number) }),
    })
  })

  it('answers in msgpack when the client asks', async () => {
    const file = await picture.clone().png().toBuffer()
    const json: unknown = await (await classify(file)).json()
    const response = await classify(file, { accept: 'application/msgpack' })
    expect(response.headers.get('content-type')).toBe('application/msgpack')
    expect(msgpack().decode(new Uint8Array(await response.arrayBuffer()))).toEqual(json)
  })

  it.each([
    ['no image', async () => Buffer.from('hello'), 'the body is no JPEG, PNG or WebP image'],
    [
      'a truncated JPEG',
      async () => (await picture.clone().jpeg().toBuffer()).subarray(0, 2000),
      'the image is damaged or incomplete',
    ],
    [
      'a bomb',
      () =>
        picture.clone().resize(10_000, 10_000, { kernel: 'nearest' }).png({ compressionLevel: 1 }).toBuffer(),
      'the image has more than 50 megapixels',
    ],
  ])('refuses %s within a second', async (_name, file, message) => {
    const body = await file()
    const startMs = performance.now()
    const response = await classify(body)
    expect(performance.now() - startMs).toBeLessThan(1000)
    expect([response.status, await response.text()]).toEqual([422, `request validation error: ${message}`])
    await expectGoodPicture()
  })

  it('answers many at once, each in its own right', async () => {
    const good = await picture.clone().png().toBuffer()
    const bodies = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? Buffer.from('bad') : good))
    const statuses = await Promise.all(bodies.map(async (body) => (await classify(body)).status))
    expect(statuses).toEqual(bodies.map((_, n) => (n % 3 === 0 ? 422 : 200)))
  })
})

describe('the endpoints around them', () => {
  it('tell that the server is alive, ready and counting', async () => {
    expect(await (await fetch(`${server.url}/`)).text()).toBe('MOSEC service')
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
    await embed('count me')
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toMatch(/mosec_service_throughput_total\{[^}]*endpoint="\/v1\/embeddings"[^}]*\} \d+/)
  })

  it('tell which backend computes in each model stage, and that it keeps no tensors', async () => {
    await embed('count my tensors')
    const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text()
    const keepsNone = 'replica_gauge{stage="embed",connection="1",name="leaked_tensors"} 0'
    await expect.poll(metrics, { timeout: 10_000 }).toContain(keepsNone)
    for (const stage of ['embed', 'classify']) {
      const labels = `stage="${stage}",connection="1",runtime="tfjs"`
      expect(await metrics()).toMatch(new RegExp(`runtime_info\\{${labels},backend="[a-z-]+"\\} 1`))
    }
  })
})
