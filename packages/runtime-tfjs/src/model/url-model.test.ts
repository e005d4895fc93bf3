import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError, silentLogger } from '@mosec/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Tfjs } from '../backend/tfjs.ts'
import { loadTfjs } from '../load-tfjs.ts'
import { saveModel, sumModel } from '../testing/small-models.ts'
import { checksumOf } from './model-cache.ts'
import { type UrlModelOptions, urlModel } from './url-model.ts'

const names = ['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin']

let tf: Tfjs
let folder: string
let cacheFolder: string
let files: Map<string, Buffer>
let sha256: string
let server: Server
let origin: string
/** What the server was asked, and what it does instead of answering with the file. */
let asked: string[]
let instead: RequestListener | undefined

beforeEach(async () => {
  tf = (await loadTfjs({ logger: silentLogger, backends: ['wasm'] })).tf
  folder = await mkdtemp(join(tmpdir(), 'mosec-url-'))
  cacheFolder = join(folder, 'cache')
  await saveModel(sumModel(tf), folder)
  files = new Map()
  for (const name of names) files.set(`/m/${name}`, await readFile(join(folder, name)))
  sha256 = checksumOf([...files.values()])
  asked = []
  instead = undefined
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? 'whole'}`)
    if (instead !== undefined) instead(request, response)
    else sendFile(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})

const sendFile: RequestListener = (request, response) => {
  const file = files.get(new URL(request.url ?? '', origin).pathname)
  const [, start = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
  response.writeHead(file === undefined ? 404 : start === '0' ? 200 : 206)
  response.end(file?.subarray(Number(start)))
}

async function sum(changes: Partial<UrlModelOptions> = {}, path = '/m/model.json'): Promise<number[]> {
  const model = await tf.loadLayersModel(urlModel(origin + path, { sha256, cacheFolder, ...changes }))
  const output = model.predict(tf.tensor2d([1, 2, 4], [1, 3]))
  if (!(output instanceof tf.Tensor)) throw new Error('expected one tensor')
  return Array.from(await output.data())
}

describe('urlModel', () => {
  it('fetches a model once, then needs no network', async () => {
    expect(await sum({}, '/m/model.json?v=2')).toEqual([7, 7])
    expect(asked).toEqual(names.map((name) => `/m/${name}?v=2 whole`))
    instead = (_request, response) => response.destroy()
    expect(await sum()).toEqual([7, 7])
    expect(asked).toHaveLength(3)
    expect(await readdir(cacheFolder)).toEqual([sha256])
  })

  it('is fetched by one of the replicas that start together', async () => {
    expect(await Promise.all([sum(), sum(), sum(), sum()])).toEqual(Array(4).fill([7, 7]))
    expect(asked).toEqual(names.map((name) => `/m/${name} whole`))
    expect(await readdir(cacheFolder)).toEqual([sha256])
  })

  it('is fetched by the next one when the first fails', async () => {
    let isFirst = true
    instead = (request, response) => {
      if (isFirst) response.destroy()
      else sendFile(request, response)
      isFirst = false
    }
    const outcomes = await Promise.allSettled([sum(), sum(), sum()])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(asked).toHaveLength(1 + names.length)
  })

  it('follows redirects', async () => {
    instead = (request, response) => {
      if (request.url?.startsWith('/m/')) {
        response.writeHead(302, { location: `/moved${request.url}` }).end()
        return
      }
      request.url = request.url?.replace('/moved', '')
      sendFile(request, response)
    }
    expect(await sum()).toEqual([7, 7])
  })

  it('goes on with a download that broke off', async () => {
    instead = (request, response) => {
      if (request.headers.range !== undefined || !request.url?.endsWith('.json')) {
        sendFile(request, response)
        return
      }
      response.writeHead(200, { 'content-length': files.get('/m/model.json')?.length })
      response.write(files.get('/m/model.json')?.subarray(0, 100), () => response.destroy())
    }
    expect(await sum()).toEqual([7, 7])
    expect(asked.slice(0, 2)).toEqual(['/m/model.json whole', '/m/model.json bytes=100-'])
  })

  it('gives up on a server that brings nothing, keeps nothing, and works once it is mended', async () => {
    instead = (_request, response) => response.destroy()
    const failed = sum()
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(/model\.json" could not be fetched \(0 bytes came\): /)
    await expect(readdir(cacheFolder)).rejects.toThrow('ENOENT')
    instead = undefined
    expect(await sum()).toEqual([7, 7])
  })

  it('says what the server answered', async () => {
    files.delete('/m/group1-shard2of2.bin')
    await expect(sum()).rejects.toThrow('/m/group1-shard2of2.bin" is answered 404 Not Found')
  })

  it('refuses a model of another checksum, says the right one, and keeps nothing', async () => {
    const other = '0'.repeat(64)
    await expect(sum({ sha256: other })).rejects.toThrow(
      `has the SHA-256 ${sha256}, expected ${other}: if it was changed on purpose, change sha256`,
    )
    await expect(readdir(cacheFolder)).rejects.toThrow('ENOENT')
    expect(() => urlModel(origin, { sha256: 'abc' })).toThrow('sha256 takes 64 hexadecimal digits')
  })

  it('stops a file that is larger than its manifest says', async () => {
    files.set('/m/group1-shard1of2.bin', Buffer.alloc(1_000_000))
    await expect(sum()).rejects.toThrow('is larger than the 24 bytes that were expected')
  })

  it('takes no weights from another host', async () => {
    const json = { modelTopology: {}, weightsManifest: [{ paths: ['http://other.test/w'], weights: [] }] }
    files.set('/m/model.json', Buffer.from(JSON.stringify(json)))
    await expect(sum()).rejects.toThrow('names weights on another host: http://other.test/w')
  })

  it('fetches a model again whose copy is damaged', async () => {
    await sum()
    await writeFile(join(cacheFolder, sha256, '000001'), 'damaged')
    expect(await sum()).toEqual([7, 7])
    expect(asked).toHaveLength(6)
    expect(await sum()).toEqual([7, 7])
    expect(asked).toHaveLength(6)
    expect(await readdir(cacheFolder)).toEqual([sha256])
  })

  it('works without a folder that it may write, with a warning', async () => {
    const warnings: string[] = []
    const logger = { ...silentLogger, warning: (message: string) => warnings.push(message) }
    expect(await sum({ cacheFolder: join(folder, 'model.json', 'no'), logger })).toEqual([7, 7])
    expect(warnings).toEqual([expect.stringContaining('cannot be kept in')])
  })

  it('sends headers, and ends a download that takes too long', async () => {
    const seen: unknown[] = []
    instead = (request) => seen.push(request.headers.authorization)
    await expect(sum({ headers: { authorization: 'Bearer x' }, timeoutMs: 200 })).rejects.toThrow(
      'could not be fetched',
    )
    expect(seen).toEqual(['Bearer x'])
  })
})

describe('likely mistakes', () => {
  it.each(['model/model.json', 'file:///model.json', ''])('names fileModel for %j', async (location) => {
    const failed = tf.loadLayersModel(urlModel(location, { sha256 }))
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow('fileModel reads from the disk')
    expect(asked).toEqual([])
  })

  it('says that options are missing', () => {
    const options: unknown = undefined
    expect(() => urlModel(origin, options as UrlModelOptions)).toThrow('urlModel takes { sha256 }')
  })
})
