/** What runtime packages share: items that fail alone, packages and files that may be missing. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StartError } from '../contract/errors.ts'
import { MissingPackageError, packageFile, packagesSeenFrom, settleEach } from './index.ts'

describe('settleEach', () => {
  it('keeps the order and puts errors in their places, also what is no Error', async () => {
    const results = await settleEach([1, 2, 3, 4], async (item, index) => {
      if (item === 2) throw new RangeError('two')
      if (item === 3) throw 'three'
      return item * 10 + index
    })
    expect(results).toEqual([10, new RangeError('two'), new Error('three'), 43])
    expect(await settleEach([], () => 1)).toEqual([])
  })

  it('does the same for functions that give no promises, or some', async () => {
    const plain = (item: number): number => {
      if (item === 2) throw new RangeError('two')
      return item * 10
    }
    expect(await settleEach([1, 2, 3], plain)).toEqual([10, new RangeError('two'), 30])
    const mixed = (item: number) => (item === 3 ? Promise.reject(new Error('three')) : plain(item))
    expect(await settleEach([1, 2, 3, 4], mixed)).toEqual([10, new RangeError('two'), new Error('three'), 40])
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    const foreign = { then: (resolve: (value: number) => void) => resolve(5) } as unknown as Promise<number>
    expect(await settleEach([1], () => foreign)).toEqual([5])
  })
})

describe('packages of a project', () => {
  let module: URL
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mosec-packages-'))
    const weights = join(folder, 'node_modules', 'hidden', 'weights')
    await mkdir(weights, { recursive: true })
    const manifest = { name: 'hidden', exports: { '.': './main.cjs' } }
    await writeFile(join(weights, '..', 'package.json'), JSON.stringify(manifest))
    await writeFile(join(weights, '..', 'main.cjs'), 'module.exports = { answer: 42 }')
    await writeFile(join(weights, 'model.bin'), 'x')
    module = pathToFileURL(join(folder, 'main.js'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are loaded from beside the module that asks', async () => {
    expect(await packagesSeenFrom(module).load('hidden')).toEqual({ answer: 42 })
    const missing = packagesSeenFrom(module).load('not-there')
    await expect(missing).rejects.toThrow(MissingPackageError)
    await expect(missing).rejects.toThrow('npm install not-there')
  })

  it('show their files, also those that exports hides', () => {
    expect(packageFile('hidden', 'weights/model.bin', module).pathname).toMatch(
      /hidden\/weights\/model\.bin$/,
    )
    expect(() => packageFile('hidden', 'gone.bin', module)).toThrow(StartError)
    expect(() => packageFile('not-there', 'x', module)).toThrow('npm install not-there')
  })
})
