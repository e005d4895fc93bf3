import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const ask = (body: unknown): Promise<Response> =>
  fetch(`${server.url}/inference`, { method: 'POST', body: JSON.stringify(body) })

it('answers as the README says', async () => {
  const response = await ask({ time: 0.01 })
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual({ msg: 'sleep 0.01 seconds' })
})

it('tells what is wrong', async () => {
  const response = await ask({ time: 'soon' })
  expect(response.status).toBe(422)
  expect(await response.text()).toBe('request validation error: time must be a number of seconds, got "soon"')
})

it.each([null, 'soon', [], {}, { time: null }, { time: -1 }])(
  'answers 422 to %j, and still works',
  async (body) => {
    const response = await ask(body)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('time must be a number of seconds, got ')
    expect((await ask({ time: 0 })).status).toBe(200)
  },
)

it('sleeps for many at once', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask({ time: 0.2 })))
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  const batches = Number(/batch_size_count\{stage="Inference_2".*\} (\d+)/.exec(metrics)?.[1])
  expect(batches).toBeGreaterThan(0)
  expect(batches).toBeLessThan(20)
})

it('has a client that shows both', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout).toBe(
    '200 {"msg":"sleep 0.1 seconds"}\n422 request validation error: time must be a number of seconds, got "soon"\n',
  )
})
