import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { msgpack } from '@mosec/codec-msgpack'
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

const post = (body: string | Uint8Array<ArrayBuffer>, contentType = 'application/json'): Promise<Response> =>
  fetch(`${server.url}/inference`, { method: 'POST', body, headers: { 'content-type': contentType } })

async function rank(query: string, docs: string[]): Promise<number[]> {
  const { scores } = (await (await post(JSON.stringify({ query, docs }))).json()) as { scores: number[] }
  return scores
}

const close = (a: number[], b: number[]): void => {
  expect(a).toHaveLength(b.length)
  a.forEach((value, n) => {
    expect(value).toBeCloseTo(b[n] ?? Number.NaN, 5)
  })
}

it('example rerank: scores the document that answers highest, in the order of the documents', async () => {
  const scores = await rank('How old are you?', [
    'Rain is expected.',
    'What is your age?',
    'How old are you?',
  ])
  expect(scores[0]).toBeLessThan(0.3)
  expect(scores[1]).toBeCloseTo(0.846, 2)
  expect(scores[2]).toBeCloseTo(1, 5)
})

it('answers msgpack in msgpack, as a client of the Python example sends it', async () => {
  const docs = ['what a nice day', 'life is short, use python', 'early bird catches the worm']
  const query = 'talk is cheap, show me the code'
  const response = await post(new Uint8Array(msgpack().encode({ query, docs })), 'application/msgpack')
  expect(response.headers.get('content-type')).toBe('application/msgpack')
  const { scores } = msgpack().decode(new Uint8Array(await response.arrayBuffer())) as { scores: number[] }
  close(scores, await rank(query, docs))
  expect(Math.max(...scores)).toBe(scores[1])
})

it('scores requests together and answers each with its own; a bad one fails alone', async () => {
  const queries = Array.from({ length: 12 }, (_, n) => `What is ${n}?`)
  const docsOf = (n: number): string[] => ['One.', 'Two.', 'Three.'].slice(0, 1 + (n % 3))
  const alone: number[][] = []
  for (const [n, query] of queries.entries()) alone.push(await rank(query, docsOf(n)))
  const bad = post('{ "query": "a", "docs": ["b", 3] }')
  const together = await Promise.all(queries.map((query, n) => rank(query, docsOf(n))))
  together.forEach((scores, n) => {
    close(scores, alone[n] ?? [])
  })
  const response = await bad
  expect(response.status).toBe(422)
  expect(await response.text()).toBe(
    'request validation error: input.docs[1]: expected string, received number',
  )
  expect(await rank('And it still', ['works.'])).toHaveLength(1)
})

it('has the client of its README', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  const [first, ...others] = stdout.trim().split('\n')
  expect(first).toBe('0.69 To set a new password, open the account settings.')
  expect(others).toHaveLength(3)
})
