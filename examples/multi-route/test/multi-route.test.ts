import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { msgpack } from '@mosec/codec-msgpack'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
const { encode, decode } = msgpack()

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const askRaw = (body: string): Promise<Response> => fetch(`${server.url}/inference`, { method: 'POST', body })

const askTyped = (value: unknown): Promise<Response> =>
  fetch(`${server.url}/v1/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/msgpack' },
    body: Buffer.from(encode(value)),
  })

it('multi-route: raw bytes in, JSON out', async () => {
  const response = await askRaw('hello mosec')
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toMatchObject({ length: 11 })
})

it('multi-route: MessagePack in and out, checked', async () => {
  const response = await askTyped({ bin: Buffer.from('hello') })
  expect(response.headers.get('content-type')).toBe('application/msgpack')
  expect(decode(new Uint8Array(await response.arrayBuffer()))).toMatchObject({ length: 5 })

  const wrong = await askTyped({ bin: 'text' })
  expect([wrong.status, await wrong.text()]).toEqual([
    422,
    'request validation error: bin must be bytes, got string',
  ])
})

it('multi-route: the shared stage computes tasks of both routes', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 ? askRaw('x') : askTyped({ bin: Buffer.from('x') }))),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
  const page = await (await fetch(`${server.url}/metrics`)).text()
  const [, tasks] = /batch_size_sum\{stage="Inference_2".*\} (\d+)/.exec(page) ?? []
  const served = [...page.matchAll(/throughput_total\{code="200",.*\} (\d+)/g)].map(([, count]) =>
    Number(count),
  )
  expect(served).toHaveLength(2)
  expect(Number(tasks)).toBe(served.reduce((sum, count) => sum + count, 0))
})

it('multi-route: the client of the README', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout).toBe('200 { length: 27, batch: 1 }\n200 { length: 11, batch: 1 }\n')
})
