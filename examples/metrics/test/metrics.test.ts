import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
const folders = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('mosec-metrics-'))

let before: string[]
let server: Program
beforeAll(async () => {
  before = await folders()
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(await folders()).toEqual(before)
})

const ask = (body: unknown): Promise<Response> =>
  fetch(`${server.url}/inference`, { method: 'POST', body: JSON.stringify(body) })

const page = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text()

const sum = (text: string): number =>
  [...text.matchAll(/^inference_result\{status="\w+"\} (\d+)$/gm)].reduce(
    (total, [, n]) => total + Number(n),
    0,
  )

it("metrics: the user's own, of the server and of the replicas, on the same endpoint", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, num) => ask({ num })))
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
  // The two warm-ups are among them.
  await expect.poll(async () => sum(await page()), { timeout: 10_000 }).toBe(42)
  const text = await page()
  expect(text).toMatch(/^slow_answers \d+$/m)
  expect(text).toMatch(/^mosec_service_throughput_total\{code="200",endpoint="\/inference"\} 40$/m)
  expect(text.match(/^# TYPE inference_result counter$/gm)).toHaveLength(1)
})

it("metrics: a bad number is the client's fault, and is not counted", async () => {
  const response = await ask({ num: 'many' })
  expect([response.status, await response.text()]).toEqual([
    422,
    'request validation error: num must be a number, got string',
  ])
})

it('metrics: the client of the README', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url])
  expect(stdout).toMatch(/^inference_result\{status="true"\} \d+$/m)
  expect(stdout).toMatch(/^slow_answers \d+$/m)
})
