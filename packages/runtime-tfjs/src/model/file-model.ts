/** A model in a folder: `model.json` with its weight files beside it. */

import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '@mosec/core'
import type { io } from '@tensorflow/tfjs'
import { readModel } from './json-model.ts'

/**
 * An IO handler that reads a saved layers or graph model from disk, as `tf.loadLayersModel` and `tf.loadGraphModel` take it.
 * (TensorFlow.js itself reads files only with tfjs-node.)
 * @param location the `model.json`: a path, or a `file:` URL, as text too.
 * @throws StartError (`start_error`), while it loads, when a file is missing, is no model, or has the wrong size.
 *
 * @example
 * const model = await tf.loadGraphModel(fileModel(new URL('./model.json', import.meta.url)))
 */
export function fileModel(location: string | URL): io.IOHandler {
  return {
    load: async () => {
      const path = asPath(location)
      const readShard = (shard: string): Promise<Buffer> => readPart(join(dirname(path), shard), path)
      return readModel({ name: path, json: await readJson(path), readShard })
    },
  }
}

function asPath(location: string | URL): string {
  const text = location.toString()
  if (/^https?:/.test(text)) {
    throw new StartError(`"${text}" is on the web, and fileModel reads from the disk: use urlModel`)
  }
  return text.startsWith('file:') ? fileURLToPath(text) : resolve(text)
}

async function readJson(path: string): Promise<unknown> {
  const text = (await readPart(path, path)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StartError(`"${path}" is no JSON, so it is no TensorFlow.js model`, { cause })
  }
}

async function readPart(file: string, model: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    if (await isFolder(file))
      throw new StartError(`"${file}" is a folder: name the model.json in it`, { cause })
    const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`
    const whose = file === model ? '' : `, which the model "${model}" needs,`
    throw new StartError(`the file "${file}"${whose} ${what}`, { cause })
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
