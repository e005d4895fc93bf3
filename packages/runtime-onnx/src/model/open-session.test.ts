/** Where models may be, and what is said of files that are none. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartError, silentLogger } from '@mosec/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadedOnnx, loadOnnx } from '../load-onnx.ts'
import { sumModel } from '../testing/small-models.ts'
import { type OnnxModelSource, openSession } from './open-session.ts'

let loaded: LoadedOnnx
let folder: string
beforeAll(async () => {
  loaded = await loadOnnx({ logger: silentLogger, providers: ['cpu'] })
  folder = await mkdtemp(join(tmpdir(), 'mosec-onnx-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileWith(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'model.onnx')
  await writeFile(path, content)
  return path
}

async function inputsOf(source: OnnxModelSource): Promise<readonly string[]> {
  const session = await openSession(source, loaded, { logSeverityLevel: 4 })
  try {
    return session.inputNames
  } finally {
    await session.release()
  }
}

describe('openSession', () => {
  it('opens a path, a file URL, its text, and bytes', async () => {
    const path = await fileWith(sumModel())
    const url = pathToFileURL(path)
    for (const source of [path, url, url.href, sumModel(), Buffer.from(sumModel())]) {
      expect(await inputsOf(source)).toEqual(['x'])
    }
  })

  it.each([
    ['empty', '', 'is no ONNX model: it is empty'],
    ['a pointer', 'version https://git-lfs.github.com/spec/v1\n', 'but a pointer of Git LFS: git lfs pull'],
    ['a page', '\n<!doctype html><title>404', 'is no ONNX model, but a web page'],
    ['noise', 'noise, and more noise', 'is no ONNX model'],
  ])('says what a file is that is %s', async (_, content, message) => {
    const failed = inputsOf(await fileWith(content))
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(message)
    expect(await inputsOf(await fileWith(sumModel()))).toEqual(['x'])
  })

  it('says that a file is missing, a folder, on the web, or cut off', async () => {
    await expect(inputsOf(join(folder, 'gone.onnx'))).rejects.toThrow('gone.onnx" does not exist')
    await expect(inputsOf(folder)).rejects.toThrow('is a folder: name the .onnx file in it')
    await expect(inputsOf(new URL('https://example.org/m.onnx'))).rejects.toThrow('is on the web')
    await expect(inputsOf(sumModel().subarray(0, 90))).rejects.toThrow('"model of 90 bytes"')
  })

  it('says which version would be needed', async () => {
    await expect(inputsOf(sumModel('batch', { opset: 99 }))).rejects.toThrow(
      /has opset 99, and onnxruntime \S+ knows them up to \d\d: npm install onnxruntime-node@latest, or export/,
    )
    const nodes = [{ op: 'NoSuch', inputs: ['x'], outputs: ['sums'] }]
    await expect(inputsOf(sumModel('batch', { nodes }))).rejects.toThrow('needs the operation NoSuch, which')
  })

  it("hands the session's options on", async () => {
    const session = await openSession(sumModel(), loaded, { freeDimensionOverrides: { batch: 4 } })
    expect(session.outputNames).toEqual(['sums'])
    await session.release()
    await expect(
      openSession(sumModel(), loaded, { graphOptimizationLevel: 'sideways' as 'all' }),
    ).rejects.toThrow('does not load')
  })
})
