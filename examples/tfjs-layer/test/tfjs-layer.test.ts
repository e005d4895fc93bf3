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
  server = await startProgram({ file: path('server'), env: { MOSEC_TIMEOUT: '20000' } })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

async function ask(value: unknown): Promise<{ status: number; answer: unknown }> {
  const body = new Uint8Array(encode(value))
  const headers = { 'content-type': 'application/msgpack' }
  const response = await fetch(`${server.url}/inference`, { method: 'POST', headers, body })
  if (!response.ok) return { status: response.status, answer: await response.text() }
  expect(response.headers.get('content-type')).toBe('application/msgpack')
  return { status: 200, answer: decode(new Uint8Array(await response.arrayBuffer())) }
}

const tensor = (data: Float32Array) => ({ dtype: 'float32', shape: [data.length], data })

/** The layer in plain arithmetic. */
function expected([a = 0, b = 0, c = 0]: Float32Array): number[] {
  const powers = [a + 2 * b - c + 0.5, 0.5 * a - b + 0.25 * c - 0.25].map(Math.exp)
  const sum = powers.reduce((x, y) => x + y)
  return powers.map((power) => power / sum)
}

async function computes(data: Float32Array): Promise<void> {
  const { status, answer } = await ask(tensor(data))
  expect(status).toBe(200)
  const [first, second] = expected(data)
  expect(answer).toEqual({ dtype: 'float32', shape: [2], data: expect.any(Float32Array) })
  const { data: got } = answer as { data: Float32Array }
  expect([got[0], got[1]]).toEqual([expect.closeTo(first ?? 0, 4), expect.closeTo(second ?? 0, 4)])
}

it('example JAX layer (here TensorFlow.js): tensors survive in msgpack over HTTP', async () => {
  await computes(Float32Array.of(0.5, 1, 2))
  await computes(Float32Array.of(-1, 0.125, 3))
})

it('computes many at once, each its own', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => computes(Float32Array.of(n / 10, -n / 20, 1))))
})

it.each([
  ['too long', tensor(Float32Array.of(1, 2, 3, 4)), 'float32 of [4]'],
  ['a matrix', { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) }, 'float32 of [1,3]'],
  ['integers', { dtype: 'int32', shape: [3], data: Int32Array.of(1, 2, 3) }, 'int32 of [3]'],
  ['nothing', null, 'no dtype of []'],
  ['an empty map', {}, 'no dtype of []'],
])('tells what is wrong with %s, and goes on', async (_, value, got) => {
  expect(await ask(value)).toEqual({
    status: 422,
    answer: `request validation error: expected a float32 tensor of shape [3], got ${got}`,
  })
  await computes(Float32Array.of(1, 2, 3))
})

it('has a client that shows both', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout).toMatch(/^200 \{\s+dtype: 'float32',\s+shape: \[ 2 \],\s+data: Float32Array\(2\)/)
  expect(stdout).toContain('422 request validation error: expected a float32 tensor of shape [3]')
})
