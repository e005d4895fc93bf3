/** The MobileNetV2 inside the nsfwjs package, read from its files. */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { StartError } from '@mosec/core'
import { jsonModel, packageFile, type Tfjs, type TfjsModel } from '@mosec/runtime-tfjs'

const folder = 'dist/models/mobilenet_v2'

/**
 * Loads the model. The files are CommonJS: the content of model.json, and the weights as base64 text. nsfwjs's own API stays
 * out, which wants to choose backend and TensorFlow.js itself.
 * @throws StartError (`start_error`) when the package is missing or is another version.
 */
export function loadSafetyModel(tf: Tfjs): Promise<TfjsModel> {
  const readShard = (path: string): Buffer => Buffer.from(asText(load(`${path}.min.js`)), 'base64')
  return tf.loadLayersModel(jsonModel({ name: 'nsfwjs MobileNetV2', json: load('model.min.js'), readShard }))
}

function load(file: string): unknown {
  return createRequire(import.meta.url)(
    fileURLToPath(packageFile('nsfwjs', `${folder}/${file}`, import.meta.url)),
  )
}

function asText(weights: unknown): string {
  if (typeof weights === 'string') return weights
  throw new StartError('the weights in the package "nsfwjs" are no base64 text: npm install nsfwjs@4.4.0')
}
