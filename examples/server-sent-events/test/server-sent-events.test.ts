import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
const EVENTS = { accept: 'text/event-stream' }

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const ask = (body: unknown, headers: Record<string, string> = EVENTS): Promise<Response> =>
  fetch(`${server.url}/inference`, { method: 'POST', headers, body: JSON.stringify(body) })

it('streams a text back word by word', async () => {
  const response = await ask({ text: 'one two' })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(await response.text()).toBe('event: message\ndata: one\n\nevent: message\ndata: two\n\n')
})

it('sends a word before the next one is computed', async () => {
  const reader = (await ask({ text: 'one two three' })).body?.getReader()
  const chunk = await reader?.read()
  expect(Buffer.from(chunk?.value ?? []).toString()).toBe('event: message\ndata: one\n\n')
  await reader?.cancel()
})

it('refuses a request that is wrong before the first word: plainly, when no events were asked for', async () => {
  const response = await ask({}, {})
  expect(response.status).toBe(422)
  expect(await response.text()).toBe('request validation error: text is required')
})

it('has a client that shows a stream, an error within one, and one that never begins', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout.trim().split('\n')).toEqual([
    ...['one', 'word', 'after', 'the', 'other', 'well', 'until'].map((word) => `message: ${word}`),
    'error: SSE inference error: 422: Unprocessable Content: request validation error: cannot say 42',
    'error: SSE inference error: 422: Unprocessable Content: request validation error: text is required',
  ])
})
