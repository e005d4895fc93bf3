/** A model from the web, kept in a folder. */

import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Logger, StartError, silentLogger } from '@mosec/core'
import type { io } from '@tensorflow/tfjs'
import { type DownloadOptions, download } from './download.ts'
import { readModel } from './json-model.ts'
import { checksumOf, keepCached, type ModelFiles, readCached } from './model-cache.ts'
import { asModelJson, type ModelJson } from './model-json.ts'
import { onceForAll } from './once-for-all.ts'
import { weightBytes } from './weight-size.ts'

/** Where a downloaded model is kept, and what makes it the right one. */
export interface UrlModelOptions {
  /**
   * SHA-256 of `model.json` followed by its weight files, as `cat model.json weights*.bin | sha256sum` prints it: weights
   * are code in effect, and a name in the web may be given to others. The error of a wrong one says the right one.
   */
  readonly sha256: string
  /** Folder that keeps models; `.cache/mosec/models` in the home folder when left out. */
  readonly cacheFolder?: string
  /** Sent with each request: `{ authorization: 'Bearer ...' }`, say. */
  readonly headers?: Readonly<Record<string, string>>
  /** Longest time for one file, and longest wait for another replica's fetch, in milliseconds; ten minutes when left out. */
  readonly timeoutMs?: number
  readonly fetch?: typeof globalThis.fetch
  /** Told of downloads, and of a cache that cannot be written. */
  readonly logger?: Logger
}

const tenMinutesMs = 600_000
/** The largest graphs take some tens of megabytes. */
const maxJsonBytes = 2 ** 28
/** Where the manifest does not tell: strings among the weights. */
const maxShardBytes = 2 ** 32

/**
 * An IO handler for `tf.loadLayersModel` and `tf.loadGraphModel` that fetches a model once: what the folder has is not
 * fetched again, and needs no network. Of replicas that start together one fetches it, and the others wait for that one; when
 * it dies, the next one fetches.
 * @param location the `model.json`, `http:` or `https:`; weight files are beside it, and its query is theirs, too.
 * @throws StartError (`start_error`), while it loads, when it cannot be had or is not the model of that checksum.
 *
 * @example
 * tf.loadGraphModel(urlModel('https://models.example.com/mobilenet/model.json', { sha256: '9f86d081...' }))
 */
export function urlModel(location: string | URL, options: UrlModelOptions): io.IOHandler {
  const all = resolved(options)
  return { load: async () => loadModel(webUrl(location), all) }
}

type ResolvedOptions = Required<UrlModelOptions>

function webUrl(location: string | URL): URL {
  const text = location.toString()
  if (URL.canParse(text) && /^https?:/.test(text)) return new URL(text)
  throw new StartError(`urlModel takes an http: or https: URL, got "${text}": fileModel reads from the disk`)
}

function resolved(options: UrlModelOptions | undefined): ResolvedOptions {
  // Who writes JavaScript may leave them out.
  if (options === undefined) {
    throw new StartError('urlModel takes { sha256 }, of the model: a model from the web is code from the web')
  }
  if (!/^[0-9a-f]{64}$/i.test(options.sha256)) {
    throw new StartError(`sha256 takes 64 hexadecimal digits, got ${JSON.stringify(options.sha256)}`)
  }
  return {
    cacheFolder: join(homedir(), '.cache', 'mosec', 'models'),
    headers: {},
    timeoutMs: tenMinutesMs,
    fetch: globalThis.fetch,
    logger: silentLogger,
    ...options,
    sha256: options.sha256.toLowerCase(),
  }
}

async function loadModel(url: URL, options: ResolvedOptions): Promise<io.ModelArtifacts> {
  const { cacheFolder, sha256, timeoutMs } = options
  const files = await onceForAll({
    name: `model-${createHash('sha256')
      .update(`${sha256} ${resolve(cacheFolder)}`)
      .digest('hex')
      .slice(0, 32)}`,
    timeoutMs,
    find: () => readCached(cacheFolder, sha256),
    make: () => fetchAndKeep(url, options),
  })
  const [json = new Uint8Array(), ...shards] = files
  const name = url.href
  const model = parsed(json, name)
  const order = shardPaths(model)
  const readShard = (path: string): Uint8Array => shards[order.indexOf(path)] ?? new Uint8Array()
  return readModel({ name, json: model, readShard })
}

async function fetchAndKeep(url: URL, options: ResolvedOptions): Promise<ModelFiles> {
  const { cacheFolder, sha256, logger } = options
  logger.info(`fetching the model ${url.href}`)
  const files = await fetchFiles(url, options)
  const got = checksumOf(files)
  if (got !== sha256) {
    throw new StartError(
      `the model "${url.href}" has the SHA-256 ${got}, expected ${sha256}: if it was changed on purpose, change sha256`,
    )
  }
  await keepCached(cacheFolder, sha256, files).catch((error: unknown) => {
    logger.warning(`the model cannot be kept in "${cacheFolder}", so it is fetched at each start`, { error })
  })
  return files
}

async function fetchFiles(url: URL, options: DownloadOptions): Promise<ModelFiles> {
  const json = await download({ url, maxBytes: maxJsonBytes }, options)
  const files = [json]
  for (const { paths, weights } of parsed(json, url.href).weightsManifest) {
    const maxBytes = weightBytes(weights) ?? maxShardBytes
    for (const path of paths) files.push(await download({ url: shardUrl(url, path), maxBytes }, options))
  }
  return files
}

/** As TensorFlow.js makes it: beside `model.json`, with the same query. */
function shardUrl(model: URL, path: string): URL {
  const url = new URL(path, model)
  if (url.origin !== model.origin)
    throw new StartError(`"${model.href}" names weights on another host: ${url.href}`)
  url.search = model.search
  return url
}

const shardPaths = ({ weightsManifest }: ModelJson): string[] => weightsManifest.flatMap(({ paths }) => paths)

function parsed(json: Uint8Array, name: string): ModelJson {
  try {
    return asModelJson(JSON.parse(Buffer.from(json).toString('utf8')), name)
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    throw new StartError(`"${name}" is no JSON, so it is no TensorFlow.js model`, { cause })
  }
}
