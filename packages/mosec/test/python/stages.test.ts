/** Python stages in pipelines with TypeScript's, over HTTP. */

import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { message, openStream } from '../event-stream.ts'
import { noPython, pythons } from './pythons.ts'

const file = fileURLToPath(new URL('fixtures/stages.mjs', import.meta.url))

interface Answer {
  readonly status: number
  readonly text: string
}

describe.skipIf(noPython !== undefined).each(pythons)('Python stages, Mosec $name', ({ path }) => {
  let program: Program
  beforeAll(async () => {
    program = await startProgram({ file, env: { TEST_PYTHON: path }, flags: ['--timeout', '20000'] })
  })
  afterAll(() => program.stop())

  const post = async (route: string, body: unknown): Promise<Answer> => {
    const response = await fetch(`${program.url}${route}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, text: await response.text() }
  }
  const json = async (route: string, body: unknown): Promise<unknown> =>
    JSON.parse((await post(route, body)).text)

  it.each([
    ['/ingress', { x: 3 }, { x: 10 }],
    ['/middle', { x: 2 }, { x: 10 }],
    ['/egress', { x: 2 }, { x: 9, batch: 1 }],
    ['/alone', { x: 3 }, { x: 9, batch: 1 }],
  ])('works as ingress, in the middle, as egress and alone: %s', async (route, input, output) => {
    expect(await json(route, input)).toEqual(output)
  })

  it('computes batches, and shares one stage between routes', async () => {
    const inputs = Array.from({ length: 64 }, (_, x) => x)
    const answers = await Promise.all(inputs.map((x) => json('/alone', { x })))
    expect(answers).toEqual(inputs.map((x) => ({ x: x * x, batch: expect.any(Number) })))
    expect(answers.some((answer) => (answer as { batch: number }).batch > 1)).toBe(true)
  })

  it('carries batches of large values both ways', async () => {
    const texts = Array.from({ length: 32 }, (_, n) => String(n).padEnd(200_000 + n, `${n}-`))
    const answers = await Promise.all(texts.map((text) => json('/same', { text })))
    expect(answers.every((answer, n) => (answer as { text: string }).text === texts[n])).toBe(true)
  })

  it.each([
    ['validation', 422, 'request validation error: x is odd'],
    ['client', 400, 'bad request: no such thing'],
    ['server', 500, 'internal error: shown to the client'],
    ['timeout', 408, 'mosec timeout error: too late'],
    ['bug', 500, 'inference internal error'],
    ['count', 500, 'inference internal error'],
  ])("Mosec's errors arrive as ours: %s", async (error, status, text) => {
    expect(await post('/alone', { x: 1, error })).toEqual({ status, text })
    expect(await post('/alone', 'no JSON')).toEqual({
      status: 400,
      text: expect.stringMatching(/^decoding error/),
    })
    expect(await json('/alone', { x: 2 })).toMatchObject({ x: 4 })
  })

  it('a batch that Python fails as a whole is halved until the guilty are alone', async () => {
    const inputs = Array.from({ length: 64 }, (_, x) => (x % 20 === 7 ? { x, error: 'bug' } : { x }))
    const answers = await Promise.all([...inputs.map((input) => post('/alone', input)), post('/alone', '{')])
    const statuses = answers.map(({ status }) => status)
    expect(statuses).toEqual([...inputs.map((input) => ('error' in input ? 500 : 200)), 400])
    const metrics = await (await fetch(`${program.url}/metrics`)).text()
    expect(metrics).toMatch(/^mosec_service_isolated_task_total\{stage="alone"\} [1-9]/m)
  })

  it("onBatchError 'fail' leaves the batch as Mosec fails it", async () => {
    expect(await post('/whole', { x: 1, error: 'validation' })).toMatchObject({ status: 422 })
    expect(await json('/whole', { x: 2 })).toMatchObject({ x: 4 })
  })

  it('arrays keep dtype and shape both ways, aligned and writable; the rest keeps its type', async () => {
    const { told, back } = (await json('/arrays', { make: 'arrays' })) as Record<string, unknown>
    expect(told).toEqual({
      float32: ['float32', [2], true],
      float64: ['float64', [1], true],
      int8: ['int8', [1], true],
      int16: ['int16', [1], true],
      uint16: ['uint16', [1], true],
      int32: ['int32', [1], true],
      uint32: ['uint32', [1], true],
      int64: ['int64', [1], true],
      uint64: ['uint64', [1], true],
      empty: ['float32', [0], true],
      image: ['uint8', [2, 2, 3], true],
      mask: ['bool', [2], true],
      half: ['float16', [1], true],
      scalar: ['float32', [], true],
      bytes: ['bytes'],
      text: ['str'],
      whole: ['int'],
      large: ['int'],
      broken: ['float'],
      yes: ['bool'],
      nothing: ['NoneType'],
      list: ['list'],
      map: ['dict'],
    })
    expect(back).toEqual({
      float32: { Float32Array: [1.5, -2] },
      float64: { Float64Array: [1.5] },
      int8: { Int8Array: [-1] },
      int16: { Int16Array: [-1] },
      uint16: { Uint16Array: [65535] },
      int32: { Int32Array: [-1] },
      uint32: { Uint32Array: [4294967295] },
      int64: { BigInt64Array: [-1] },
      uint64: { BigUint64Array: [2 ** 64] },
      empty: { Float32Array: [] },
      image: { data: { Uint8Array: Array(12).fill(0) }, shape: [2, 2, 3], dtype: 'uint8' },
      mask: { data: { Uint8Array: [1, 0] }, shape: [2], dtype: 'bool' },
      half: { data: { Uint16Array: [0x3c00] }, shape: [1], dtype: 'float16' },
      scalar: { data: { Float32Array: [7] }, shape: [], dtype: 'float32' },
      bytes: { bytes: 'bytes' },
      text: 'tëxt',
      whole: 7,
      large: `${2n ** 63n}n`,
      broken: 0.5,
      yes: true,
      nothing: null,
      list: [1, [2]],
      map: { map: [[1, 'one']] },
    })
  })

  it.each([
    ['object', 'a builtins.object cannot cross between Python and TypeScript'],
    ['complex', 'a numpy array of dtype complex64 cannot cross'],
    ['set', 'a builtins.set cannot cross'],
    ['big', 'an int of 71 bits cannot cross between Python and TypeScript'],
    ['negative', 'an int of 71 bits cannot cross'],
    ['nested', 'a builtins.list nested more than 1024 deep cannot cross'],
    ['surrogate', "a builtins.str ('utf-8' codec can't encode character"],
    ['deep', 'a numpy.datetime64 cannot cross'],
  ])('what cannot cross names the stage and the type: %s', async (name, text) => {
    const answer = await post('/strange', JSON.stringify(name))
    expect(answer).toEqual({ status: 500, text: expect.stringContaining(`encoding error: stage Strange_`) })
    expect(answer.text).toContain(text)
  })

  it('lists come back as deep as Python writes them', async () => {
    const depthOf = (value: unknown): number => (Array.isArray(value) ? 1 + depthOf(value[0]) : 0)
    expect(depthOf(await json('/nested', '1024'))).toBe(1024)
  })

  const advice = 'let forward give other types, or override serialize'
  it.each([
    [
      '/unwritable',
      'set',
      `stage unwritable: a set cannot be written as application/json: Object of type set is not JSON serializable; ${advice}`,
    ],
    [
      '/unwritable',
      'complex',
      `stage unwritable: a ndarray cannot be written as application/json: Object of type ndarray is not JSON serializable; ${advice}`,
    ],
    ['/silent', 'set', 'stage silent: a set cannot be written by Silent.serialize (ValueError)'],
  ])(
    'an answer that cannot be written names stage and type, to the client and in the log: %s, %s',
    async (route, name, text) => {
      expect(await post(route, JSON.stringify(name))).toEqual({
        status: 500,
        text: `encoding error: ${text}`,
      })
      const line = await program.logged(({ msg }) => msg?.endsWith(text) === true)
      expect(line).toMatchObject({ stage: route.slice(1), replica: 1 })
      expect(await post('/unwritable', '"big"')).toEqual({ status: 200, text: String(2n ** 70n) })
    },
  )

  it('what TypeScript cannot hand over names the stage, the place and the type', async () => {
    expect(await post('/arrays', { make: 'date' })).toEqual({
      status: 500,
      text: expect.stringMatching(
        /^encoding error: stage make: value\.when is a Date and cannot cross to Python/,
      ),
    })
  })

  it("a worker's own serialize_ipc and deserialize_ipc win", async () => {
    expect(await post('/own', '"abc"')).toEqual({ status: 200, text: '"abc!"' })
  })

  it('stages of Python hand each other whatever pickle takes', async () => {
    expect(await json('/pickle', { a: 1 })).toEqual({ set: [1, 2, 3], imaginary: 2, data: { a: 1 } })
  })

  it('send_stream_event streams through; an error before the first event is a plain one', async () => {
    const stream = await openStream(program, { count: 3 }, { path: '/stream' })
    expect(await stream.rest()).toEqual(['0 ', '1 ', '2 '].map(message))
    expect(await post('/stream', {})).toEqual({
      status: 422,
      text: 'request validation error: count is required',
    })
  })

  it('a long stream comes whole through a small window', async () => {
    const stream = await openStream(program, { count: 1000, size: 3000 }, { path: '/stream' })
    expect(await stream.rest()).toHaveLength(1000)
  })

  it('a stream whose client has left is ended in Python', async () => {
    const stream = await openStream(program, {}, { path: '/endless' })
    expect(await stream.next()).toBe(message('tick'))
    stream.leave()
    await program.logged(({ msg }) => msg === 'the endless stream has ended')
    const next = await openStream(program, {}, { path: '/endless' })
    expect(await next.next()).toBe(message('tick'))
    next.leave()
  })

  it('each replica has its own environment', async () => {
    const seen = new Set<unknown>()
    await expect
      .poll(async () => seen.add(JSON.stringify(await json('/env', {}))).size, { timeout: 10_000 })
      .toBe(2)
    const cwd = fileURLToPath(new URL('fixtures', import.meta.url))
    expect([...seen].map((text) => JSON.parse(String(text))).sort((a, b) => a.worker - b.worker)).toEqual([
      { device: '4', worker: 1, cwd },
      { device: '5', worker: 2, cwd },
    ])
  })

  it('metrics tell of Python stages as of all others', async () => {
    const metrics = await (await fetch(`${program.url}/metrics`)).text()
    expect(metrics).toMatch(/mosec_service_batch_size_bucket\{[^}]*stage="alone"/)
  })
})
