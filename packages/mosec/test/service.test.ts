import type { Program } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childrenOf } from './running-processes.ts'
import { get, post, start } from './square-client.ts'

describe('a running service', () => {
  let program: Program
  beforeAll(async () => {
    program = await start('square')
  })
  afterAll(async () => {
    await program.stop()
  })

  it('computes in a process of its own', async () => {
    const { status, body, headers } = await post(program, { x: 7 })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('server')).toMatch(/^mosec\/\d+\.\d+\.\d+$/)
    expect(JSON.parse(body)).toEqual({ x: 49, pid: childrenOf(program.pid)[0] })
  })

  it.each([
    ['a bad item', { x: 'seven' }, 422, 'request validation error: x must be a number, got string'],
    ['an error of the model', { x: 13 }, 500, 'inference internal error'],
  ])('answers %s with its error and nothing else', async (_, input, status, body) => {
    const answer = await post(program, input)
    expect(answer).toMatchObject({ status, body })
    expect((await post(program, { x: 2 })).status).toBe(200)
  })

  it('lets the innocents of a batch succeed', async () => {
    const inputs = [{ x: 1 }, { x: 13 }, { x: 'no' }, { x: 4 }, { x: 5 }, { x: 6 }]
    const answers = await Promise.all(inputs.map((input) => post(program, input)))
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 422, 200, 200, 200])
  })

  it('tells a body that is no JSON, and where', async () => {
    const response = await fetch(`${program.url}/inference`, { method: 'POST', body: '{"x": oops}' })
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/^decoding error: /)
  })

  it('logs what clients must not read', async () => {
    await post(program, { x: 13 })
    const line = await program.logged((entry) => JSON.stringify(entry).includes('a secret of the model'))
    expect(line).toMatchObject({ stage: 'Square_1', replica: 1 })
  })

  it('logs where in the code of the user an error was thrown, and no frames of its own', async () => {
    await post(program, { x: 13 })
    const line = await program.logged((entry) => JSON.stringify(entry).includes('a secret of the model'))
    expect(line['error']).toEqual({
      type: 'Error',
      message: 'a secret of the model',
      at: expect.stringMatching(/fixtures\/square\.mjs:\d+:\d+$/),
    })
    expect(program.output()).not.toMatch(/dist\/child/)
  })

  it('logs the whole stack at level debug', async () => {
    await using debugging = await start('square', { flags: ['--log-level', 'debug'] })
    await post(debugging, { x: 13 })
    const line = await debugging.logged((entry) => JSON.stringify(entry).includes('a secret of the model'))
    expect(line['error']).toMatchObject({ stack: expect.stringMatching(/ at .*dist\/child\//) })
  })

  it('does not lose what a worker prints', async () => {
    await post(program, { x: 1, log: 'a line from the worker' })
    await expect.poll(() => program.output()).toContain('a line from the worker')
  })

  it('answers on its own paths', async () => {
    expect(await get(program, '/')).toMatchObject({ status: 200, body: 'MOSEC service' })
    expect((await get(program, '/health/live')).status).toBe(200)
    expect((await get(program, '/health/ready')).status).toBe(200)
    expect((await get(program, '/nowhere')).status).toBe(404)
    const wrongMethod = await get(program, '/inference')
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('keeps the handlers that the user added', async () => {
    expect(await get(program, '/hello')).toMatchObject({ status: 200, body: 'from the user' })
  })

  it("puts a plugin's own metrics on the page, and leaves out one that throws", async () => {
    const { status, body } = await get(program, '/metrics')
    expect(status).toBe(200)
    expect(body).toMatch(/^my_total\{kind="own"\} 3$/m)
    await program.logged(({ msg }) => msg === 'the plugin broken could not tell its metrics')
  })

  it('measures failures from end to end under a label of their own', async () => {
    const failed = async (): Promise<number> => {
      const { body } = await get(program, '/metrics')
      const count = /process_duration_second_count\{stage="total",connection="failed"\} (\d+)/.exec(body)
      return Number(count?.[1])
    }
    const before = await failed()
    await post(program, { x: 'no number' })
    await post(program, { x: 4 })
    expect((await failed()) - before).toBe(1)
  })

  it('counts under the names that Mosec uses', async () => {
    await post(program, { x: 3 })
    const { body, headers } = await get(program, '/metrics')
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect(body).toMatch(/^mosec_service_throughput_total\{code="200",endpoint="\/inference"\} [1-9]/m)
    expect(body).toMatch(/^mosec_service_batch_size_count\{stage="Square_1",connection="1"\} [1-9]/m)
    expect(body).toMatch(
      /^mosec_service_process_duration_second_count\{stage="total",connection="total"\} [1-9]/m,
    )
    expect(body).toMatch(/^mosec_service_remaining_task 0$/m)
  })
})

describe('routes', () => {
  it('share a stage that is named by module', async () => {
    await using program = await start('routes')
    expect(await post(program, 'abc', '/upper')).toMatchObject({ status: 200, body: '"ABC"' })
    const wrapped = await post(program, 'abc', '/wrapped')
    expect(JSON.parse(wrapped.body)).toMatchObject({ text: 'ABC' })
    expect(childrenOf(program.pid)).toHaveLength(2)
  })
})
