/** Second stage of `/v1/images/classify`: the model. */

import { type TensorArray, type Tfjs, type TfjsModel, TfjsWorker } from '@mosec/runtime-tfjs'
import { loadSafetyModel } from './safety-model.ts'

/** 224x224 RGB bytes to one probability for each class. */
export default class ClassifyWorker extends TfjsWorker<Uint8Array, Float32Array> {
  override load(tf: Tfjs): Promise<TfjsModel> {
    return loadSafetyModel(tf)
  }

  /** The model was trained on values from 0 to 1. */
  override preprocess(pixels: Uint8Array): Float32Array {
    const values = new Float32Array(pixels.length)
    // A plain loop: Float32Array.from with a function takes twenty times as long.
    for (let n = 0; n < pixels.length; n += 1) values[n] = (pixels[n] ?? 0) / 255
    return values
  }

  override postprocess(row: TensorArray): Float32Array {
    return Float32Array.from(row)
  }
}
