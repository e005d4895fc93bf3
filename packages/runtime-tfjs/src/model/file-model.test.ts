import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartError, silentLogger } from '@mosec/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Tfjs } from '../backend/tfjs.ts'
import { loadTfjs } from '../load-tfjs.ts'
import { graphTimes, saveModel, sumModel } from '../testing/small-models.ts'
import { fileModel } from './file-model.ts'
import { jsonModel } from './json-model.ts'

let tf: Tfjs
let folder: string
let path: string

beforeEach(async () => {
  tf = (await loadTfjs({ logger: silentLogger, backends: ['wasm'] })).tf
  folder = await mkdtemp(join(tmpdir(), 'mosec-model-'))
  path = await saveModel(sumModel(tf), folder)
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function sumOf(location: string | URL): Promise<number[]> {
  const model = await tf.loadLayersModel(fileModel(location))
  const output = model.predict(tf.tensor2d([1, 2, 4], [1, 3]))
  if (!(output instanceof tf.Tensor)) throw new Error('expected one tensor')
  return Array.from(await output.data())
}

describe('fileModel', () => {
  it.each([
    ['a path', (p: string) => p],
    ['a URL', (p: string) => pathToFileURL(p)],
    ['a URL as text', (p: string) => pathToFileURL(p).href],
  ])('reads model.json and its weight files from %s', async (_name, location) => {
    expect(await sumOf(location(path))).toEqual([7, 7])
  })

  it('says which weight file is missing', async () => {
    await rm(join(folder, 'group1-shard2of2.bin'))
    const failed = sumOf(path)
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(
      `the file "${join(folder, 'group1-shard2of2.bin')}", which the model "${path}" needs, does not exist`,
    )
  })

  it('notices a weight file that was cut off, and loads it once it is whole', async () => {
    const file = join(folder, 'group1-shard2of2.bin')
    const whole = await readFile(file)
    await writeFile(file, whole.subarray(1))
    await expect(sumOf(path)).rejects.toThrow(
      `the weights of "${path}" are 23 bytes long, its manifest wants 24`,
    )
    await writeFile(file, whole)
    expect(await sumOf(path)).toEqual([7, 7])
  })

  it.each([
    ['{', 'is no JSON'],
    ['{}', 'is no TensorFlow.js model'],
    ['null', 'is no TensorFlow.js model'],
  ])('refuses %s as a model', async (content, message) => {
    await writeFile(path, content)
    await expect(sumOf(path)).rejects.toThrow(message)
  })

  it('says that the model is missing', async () => {
    await expect(sumOf(join(folder, 'no.json'))).rejects.toThrow(
      `the file "${join(folder, 'no.json')}" does not exist`,
    )
  })
})

describe('likely mistakes', () => {
  it('tells a layers model that loadGraphModel gets, and the other way round', async () => {
    await expect(tf.loadGraphModel(fileModel(path))).rejects.toThrow(
      `"${path}" is a layers-model, and tf.loadGraphModel takes a graph-model: call tf.loadLayersModel`,
    )
    const weights = [{ name: 'w', shape: [3], dtype: 'float32' }]
    const json = { ...graphTimes, weightsManifest: [{ paths: ['w.bin'], weights }] }
    const graph = jsonModel({ name: 'times', json, readShard: () => new Uint8Array(12) })
    const failed = tf.loadLayersModel(graph)
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(
      '"times" is a graph-model, and tf.loadLayersModel takes a layers-model: call tf.loadGraphModel',
    )
    expect((await tf.loadGraphModel(graph)).inputs).toHaveLength(1)
    expect(await sumOf(path)).toEqual([7, 7])
  })

  it('names the folder, and the loader for the web', async () => {
    await expect(sumOf(folder)).rejects.toThrow(`"${folder}" is a folder: name the model.json in it`)
    await expect(sumOf('http://127.0.0.1/model.json')).rejects.toThrow('use urlModel')
  })
})

describe('jsonModel', () => {
  it('takes weights that are views into a larger buffer', async () => {
    const bytes = new Uint8Array(new Float32Array([9, 1, 1, 1, 1, 1, 1, 9]).buffer).subarray(4, 28)
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    const shards: Record<string, Uint8Array> = { '1': bytes.subarray(0, 5), '2': bytes.subarray(5) }
    const readShard = (name: string): Uint8Array =>
      shards[name.charAt('group1-shard'.length)] ?? new Uint8Array()
    const model = await tf.loadLayersModel(jsonModel({ name: 'views', json, readShard }))
    const output = model.predict(tf.ones([1, 3]))
    if (!(output instanceof tf.Tensor)) throw new Error('expected one tensor')
    expect(Array.from(await output.data())).toEqual([3, 3])
  })
})
