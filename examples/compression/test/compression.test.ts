import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
const run = promisify(execFile)

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

it('answers as the README says', async () => {
  const line = `echo '{"text": "a rose is a rose"}' | gzip | curl -s ${server.url}/inference -H 'content-encoding: gzip' --data-binary @-`
  const { stdout } = await run('sh', ['-c', line])
  expect(stdout).toBe('{"a":2,"rose":2,"is":1}')
})

it('answers in the encoding that the client wants', async () => {
  const text = Array.from({ length: 500 }, (_, index) => `w${'a'.repeat(index)}`).join(' ')
  const ask = (accepted: string): Promise<Response> =>
    fetch(`${server.url}/inference`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'accept-encoding': accepted },
      body: gzipSync(JSON.stringify({ text })),
    })
  const zipped = await ask('gzip')
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  const plain = await ask('identity')
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.json()).toEqual(await zipped.json())
})

it('tells what is wrong', async () => {
  const response = await fetch(`${server.url}/inference`, {
    method: 'POST',
    headers: { 'content-encoding': 'br' },
    body: 'x',
  })
  expect(response.status).toBe(415)
  expect(response.headers.get('accept-encoding')).toContain('gzip')
})

it('has a client that tells how many bytes went each way', async () => {
  const { stdout } = await run(process.execPath, [path('client'), server.url])
  const [, sent, meant] = /^200 sent (\d+) bytes for (\d+)$/m.exec(stdout) ?? []
  expect(Number(sent)).toBeLessThan(Number(meant) / 5)
  expect(stdout).toMatch(/^received \d+ bytes for \d+$/m)
  expect(stdout).toContain('182 different words')
})
