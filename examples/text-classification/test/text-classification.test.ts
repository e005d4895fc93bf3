import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Program, startProgram } from 'mosec/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const path = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

let server: Program
beforeAll(async () => {
  server = await startProgram({ file: path('server') })
})
afterAll(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

const post = (body: string): Promise<Response> => fetch(`${server.url}/language`, { method: 'POST', body })

interface Guess {
  readonly language: string
  readonly probability: number
}

async function guess(code: string): Promise<Guess[]> {
  return (await (await post(JSON.stringify({ code }))).json()) as Guess[]
}

const snippets: Readonly<Record<string, string>> = {
  py: 'import os\n\ndef double(x):\n    return x * 2\n\nprint(double(21))\n',
  c: '#include <stdio.h>\nint main(void) { printf("hi\\n"); return 0; }\n',
  rs: 'fn main() { let mut v = Vec::new(); v.push(1); println!("{}", v[0]); }',
  go: 'package main\nimport "fmt"\nfunc main() {\n\tfmt.Println("hi")\n}\n',
  sql: 'SELECT name, count(*) FROM users WHERE id > 3 GROUP BY name ORDER BY 2 DESC;',
}

describe('example text classifier (in place of sentiment)', () => {
  it.each(Object.entries(snippets))('knows %s', async (language, code) => {
    const guesses = await guess(code)
    expect(guesses[0]?.language).toBe(language)
    expect(guesses).toHaveLength(3)
    expect(guesses.map(({ probability }) => probability)).toEqual(
      guesses.map(({ probability }) => probability).toSorted((a, b) => b - a),
    )
  })

  it('gives the same in a batch, beside shorter and longer texts, as alone; a bad one fails alone', async () => {
    const texts = [
      ...Object.values(snippets),
      (snippets['py'] ?? '').repeat(300),
      `${snippets['c']}/* é ☃ */`,
    ]
    const alone: Guess[][] = []
    for (const text of texts) alone.push(await guess(text))
    const bad = post('{ "code": "x" }')
    const together = await Promise.all(texts.map(guess))
    expect(together.map(languages)).toEqual(alone.map(languages))
    together.flat().forEach(({ probability }, n) => {
      expect(probability).toBeCloseTo(alone.flat()[n]?.probability ?? Number.NaN, 5)
    })
    expect((await bad).status).toBe(422)
  })

  it.each(['null', '[]', '{}', '{ "code": 3 }', '{ "code": "too short" }'])(
    'refuses %s, says why, and still works',
    async (body) => {
      const response = await post(body)
      expect(response.status).toBe(422)
      expect(await response.text()).toBe(
        'request validation error: code: expected a text of at least 20 characters',
      )
      expect(await guess(snippets['go'] ?? '')).toHaveLength(3)
    },
  )

  it('has the client of its README', async () => {
    const source = fileURLToPath(new URL('../src/server.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [path('client'), server.url, source])
    expect(stdout).toMatch(/^200 \[\{"language":"ts",/)
  })
})

const languages = (guesses: Guess[]): string[] => guesses.map(({ language }) => language)
