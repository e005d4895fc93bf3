/** Stage 2: pixels to one probability for each class, with the MobileNetV2 inside the npm package nsfwjs. */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import {
  jsonModel,
  packageFile,
  type TensorArray,
  type Tfjs,
  type TfjsModel,
  TfjsWorker,
} from '@mosec/runtime-tfjs'

/** The package keeps the model's files as CommonJS modules: `model.json`, and the weights as base64 text. */
function readPart(name: string): unknown {
  const path = packageFile('nsfwjs', `dist/models/mobilenet_v2/${name}.min.js`, import.meta.url)
  return createRequire(import.meta.url)(fileURLToPath(path))
}

export default class Classify extends TfjsWorker<Uint8Array, Float32Array> {
  override load(tf: Tfjs): Promise<TfjsModel> {
    const readShard = (name: string): Uint8Array => Buffer.from(String(readPart(name)), 'base64')
    return tf.loadLayersModel(jsonModel({ name: 'nsfwjs', json: readPart('model'), readShard }))
  }

  /** The model was trained on values from 0 to 1. */
  override preprocess(pixels: Uint8Array): Float32Array {
    return new Float32Array(pixels).map((value) => value / 255)
  }

  override postprocess(row: TensorArray): Float32Array {
    return Float32Array.from(row)
  }
}
