/** Default exports of the modules that the user names: worker classes and codecs. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type AnyWorker,
  type Codec,
  ConfigurationError,
  type WorkerClass,
  type WorkerKind,
} from '@mosec/core'

const kinds: ReadonlySet<unknown> = new Set<WorkerKind>(['single', 'batch', 'stream', 'batch-stream'])

/**
 * Makes the worker that a module exports by default.
 * @throws ConfigurationError when the module exports no class, or one that is no worker.
 */
export async function makeModuleWorker(url: string): Promise<AnyWorker> {
  const Worker = await defaultExport(url)
  if (!isClass(Worker)) refuseExport(url, `got ${typeof Worker}`)
  const worker = new Worker()
  if (!kinds.has(worker.kind)) refuseExport(url, `and ${Worker.name} extends none of them`)
  if (typeof worker.forward !== 'function') refuseExport(url, `and ${Worker.name} has no method forward`)
  return worker
}

function refuseExport(url: string, why: string): never {
  throw new ConfigurationError(
    `the default export of ${url} must be a worker class: extend Worker, BatchWorker, StreamWorker or ` +
      `BatchStreamWorker; ${why}`,
  )
}

/**
 * The codec that a module exports by default, itself or by a function that makes it.
 * @throws ConfigurationError when it is neither.
 */
export async function loadCodec(url: string): Promise<Codec> {
  const exported = await defaultExport(url)
  const codec: unknown = typeof exported === 'function' ? exported() : exported
  if (isCodec(codec)) return codec
  throw new ConfigurationError(`the default export of ${url} must be a codec or a function that makes one`)
}

async function defaultExport(url: string): Promise<unknown> {
  const module: { readonly default?: unknown } = await import(sourceOf(url))
  return module.default
}

/**
 * A program that runs from TypeScript names `./worker.js` as it will be called after the build; until then the file
 * beside it ends in `.ts`.
 */
export function sourceOf(url: string): string {
  if (!url.startsWith('file:') || existsSync(fileURLToPath(url))) return url
  const source = url.replace(/\.([cm]?)js$/, '.$1ts')
  return existsSync(fileURLToPath(source)) ? source : url
}

function isClass(value: unknown): value is WorkerClass {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

function isCodec(value: unknown): value is Codec {
  return (
    typeof value === 'object' &&
    value !== null &&
    'encode' in value &&
    'decode' in value &&
    'mimeTypes' in value
  )
}
