import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartError } from '@mosec/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageFile } from './package-file.ts'

let project: string
let from: string

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'mosec-package-'))
  from = pathToFileURL(join(project, 'src', 'worker.js')).href
  const home = join(project, 'node_modules', '@models', 'shy')
  await mkdir(join(home, 'dist'), { recursive: true })
  // `exports` that hide everything, as model packages tend to have them.
  await writeFile(join(home, 'package.json'), '{ "name": "@models/shy", "exports": {} }')
  await writeFile(join(home, 'dist', 'model.json'), '{}')
})

afterEach(async () => {
  await rm(project, { recursive: true })
})

describe('packageFile', () => {
  it('finds a file that the exports hide, from where the caller stands', () => {
    const expected = pathToFileURL(join(project, 'node_modules/@models/shy/dist/model.json')).href
    expect(packageFile('@models/shy', 'dist/model.json', from).href).toBe(expected)
    expect(packageFile('@models/shy', 'dist/model.json', new URL(from)).href).toBe(expected)
  })

  it('says how to install a missing package', () => {
    expect(() => packageFile('@models/none', 'model.json', from)).toThrow(StartError)
    expect(() => packageFile('@models/none', 'model.json', from)).toThrow(
      'the package "@models/none" is not installed: npm install @models/none',
    )
  })

  it('does not find it from elsewhere', () => {
    expect(() => packageFile('@models/shy', 'dist/model.json', import.meta.url)).toThrow('is not installed')
  })

  it('names a missing file', () => {
    expect(() => packageFile('@models/shy', 'dist/none.json', from)).toThrow('has no file "dist/none.json"')
  })
})
