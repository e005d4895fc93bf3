import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
const model = 'universal-sentence-encoder-lite'

let server: Program
let openai: OpenAI
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

async function embed(input: string | string[]): Promise<number[][]> {
  const { data } = await openai.embeddings.create({ model, input })
  return data.map(({ embedding }) => embedding)
}

it('example embedding (OpenAI): serves the openai client, in base64 (its default) and in floats', async () => {
  const answer = await openai.embeddings.create({ model, input: 'How old are you?' })
  expect(answer.usage).toEqual({ prompt_tokens: 5, total_tokens: 5 })
  const [base64] = answer.data.map(({ embedding }) => embedding)
  expect(base64).toHaveLength(512)
  expect(base64?.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5)
  const floats = await openai.embeddings.create({
    model,
    input: ['How old are you?'],
    encoding_format: 'float',
  })
  expect(floats.data).toEqual([{ object: 'embedding', index: 0, embedding: base64 }])
})

it('computes requests together and answers each with its own; a bad one fails alone', async () => {
  const texts = Array.from({ length: 16 }, (_, n) =>
    [`This is sentence ${n}.`, 'And another.'].slice(0, 1 + (n % 2)),
  )
  const alone: number[][][] = []
  for (const input of texts) alone.push(await embed(input))
  const batchesBefore = await batches()
  const bad = fetch(`${server.url}/v1/embeddings`, { method: 'POST', body: '{ "input": ["a", ""] }' })
  const together = await Promise.all(texts.map(embed))
  expect((await batches()) - batchesBefore).toBeLessThan(texts.length)
  expect(together.map(({ length }) => length)).toEqual(texts.map(({ length }) => length))
  const expected = alone.flat(2)
  const difference = together.flat(2).map((value, n) => Math.abs(value - (expected[n] ?? Number.NaN)))
  expect(Math.max(...difference)).toBeLessThan(1e-6)
  const response = await bad
  expect(response.status).toBe(422)
  expect(await response.text()).toBe(
    'request validation error: input.input[1]: Too small: expected string to have >=1 characters',
  )
})

async function batches(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/batch_size_count\{stage="Embed_1".*\} (\d+)/.exec(metrics)?.[1])
}

it.each([
  ['null', 'input: expected object, received null'],
  ['{}', 'input.input: '],
  ['{ "input": [] }', 'input.input: '],
  ['{ "input": "a", "encoding_format": "hex" }', 'input.encoding_format: '],
])('refuses %s, says why, and still works', async (body, complaint) => {
  const response = await fetch(`${server.url}/v1/embeddings`, { method: 'POST', body })
  expect(response.status).toBe(422)
  expect(await response.text()).toContain(`request validation error: ${complaint}`)
  expect(await embed('and it still works')).toHaveLength(1)
})

it('has the client of its README', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout.split('\n')).toEqual([
    '0.85 How old are you? / What is your age?',
    expect.stringMatching(/^0\.0\d How old are you\? \/ The train to Geneva leaves at noon\.$/),
    '',
  ])
})
