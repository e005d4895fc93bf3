import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

const noPython = existsSync(path('python/.venv/complete'))
  ? undefined
  : 'no Python with the model: examples/python-stage/python/install.sh makes it, from PyPI'
if (noPython !== undefined) console.log(`left out: ${noPython}`)

interface Answer {
  readonly kind: string
  readonly guesses: readonly { readonly kind: string; readonly score: number }[]
}

const python = `import os\n\ndef main():\n    for name in os.listdir("."):\n        print(name)\n`
const page = '<!doctype html>\n<html><head><title>x</title></head><body><p>Hello</p></body></html>\n'

describe.skipIf(noPython !== undefined)('example python stage (TypeScript, Python, TypeScript)', () => {
  let server: Program
  beforeAll(async () => {
    server = await startProgram({ file: path('dist/server.js') })
  })
  afterAll(async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  async function kindOf(file: string | Uint8Array): Promise<Answer> {
    const response = await fetch(`${server.url}/kind`, { method: 'POST', body: Buffer.from(file) })
    expect(response.status).toBe(200)
    return (await response.json()) as Answer
  }

  it('knows files of several kinds, many at once', async () => {
    const files = { python: python.repeat(5), html: page, gzip: gzipSync(page) }
    const asked = Array.from({ length: 8 }, () => Object.entries(files)).flat()
    const answers = await Promise.all(asked.map(([, file]) => kindOf(file)))
    expect(answers.map(({ kind }) => kind)).toEqual(asked.map(([kind]) => kind))
  })

  it('gives the likeliest guesses, best first, and says when it is not sure', async () => {
    const { kind, guesses } = await kindOf('x')
    const scores = guesses.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(kind).toBe((scores[0] ?? 0) >= 0.5 ? guesses[0]?.kind : 'unknown')
  })

  it('white space at both ends does not matter', async () => {
    expect((await kindOf(`\n\n  ${page}\n\n`)).kind).toBe('html')
    expect((await kindOf('   ')).guesses).toHaveLength(5)
  })

  it('refuses an empty file', async () => {
    const response = await fetch(`${server.url}/kind`, { method: 'POST' })
    expect(response.status).toBe(400)
  })

  it('its client asks about itself', async () => {
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, [path('dist/client.js'), server.url])
    expect(stdout).toMatch(/^200 .*"kind":"javascript"/)
  })
})
