import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCodec, makeModuleWorker, sourceOf } from './load-module.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mosec-module-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function moduleOf(text: string, name = 'module.mjs'): Promise<string> {
  // One of its own for each, since imports are kept by their URL.
  const file = join(await mkdtemp(join(folder, 'of-')), name)
  await writeFile(file, text)
  return pathToFileURL(file).href
}

describe('makeModuleWorker', () => {
  it('makes the class that the module exports by default', async () => {
    const url = await moduleOf('export default class Answer { kind = "single"; forward() { return 42 } }')
    expect(await makeModuleWorker(url)).toMatchObject({ kind: 'single' })
  })

  it.each([
    ['nothing', 'export const worker = 1', 'got undefined'],
    ['a plain function', 'export default function forward() {}', 'got function'],
    [
      'a class that is no worker',
      'export default class Plain { forward() {} }',
      'and Plain extends none of them',
    ],
    [
      'a worker that cannot work',
      'export default class Idle { kind = "batch" }',
      'and Idle has no method forward',
    ],
  ])('tells that the module exports %s', async (_, text, why) => {
    await expect(makeModuleWorker(await moduleOf(text))).rejects.toThrow(
      new RegExp(`default export of .*module\\.mjs must be a worker class: extend Worker, .*; ${why}$`),
    )
  })
})

describe('loadCodec', () => {
  const codec = '{ name: "x", mimeTypes: ["a/b"], encode() {}, decode() {} }'
  it.each([`export default ${codec}`, `export default () => (${codec})`])('takes %s', async (text) => {
    expect(await loadCodec(await moduleOf(text))).toMatchObject({ name: 'x' })
  })

  it('tells that there is none', async () => {
    await expect(loadCodec(await moduleOf('export default 7'))).rejects.toThrow(/must be a codec/)
  })
})

describe('sourceOf', () => {
  it('finds the TypeScript file that a program names as it will be called', async () => {
    const url = await moduleOf('', 'worker.mts')
    expect(sourceOf(url.replace('.mts', '.mjs'))).toBe(url)
  })

  it('leaves what exists, what does not, and what is no file', async () => {
    const url = await moduleOf('')
    expect(sourceOf(url)).toBe(url)
    expect(sourceOf('file:///nowhere/worker.js')).toBe('file:///nowhere/worker.js')
    expect(sourceOf('data:text/javascript,export default 1')).toMatch(/^data:/)
  })
})
