/** The Universal Sentence Encoder lite: tokens to a vector of unit length. */

import {
  type BackendName,
  fileModel,
  type ModelInput,
  packageFile,
  type TensorArray,
  type Tfjs,
  type TfjsModel,
  TfjsWorker,
} from '@mosec/runtime-tfjs'
import { modelPackage } from './model-package.ts'

/** One text's tokens to its 512 numbers; texts of different length share a run. */
export class SentenceModel extends TfjsWorker<Int32Array, Float32Array, Int32Array> {
  // Without webgpu: this graph has dynamic operations, which read back synchronously, and that fails there in Node.
  override backends: readonly BackendName[] = ['tensorflow-gpu', 'tensorflow', 'wasm', 'cpu']
  // "How old are you?"
  override example = [Int32Array.of(728, 446, 31, 19, 54)]
  override warmupBatchSizes = [1, 4, 8]

  override load(tf: Tfjs): Promise<TfjsModel> {
    return tf.loadGraphModel(fileModel(packageFile(modelPackage, 'dist/model.json', import.meta.url)))
  }

  /** The tokens of all texts in `values`; where each stands, [text, position], in `indices`. */
  override collate(texts: Int32Array[], tf: Tfjs): ModelInput {
    const tokenCount = texts.reduce((total, { length }) => total + length, 0)
    const indices = new Int32Array(tokenCount * 2)
    const values = new Int32Array(tokenCount)
    let next = 0
    texts.forEach((tokens, text) => {
      tokens.forEach((token, position) => {
        indices.set([text, position], next * 2)
        values[next++] = token
      })
    })
    return {
      indices: tf.tensor2d(indices, [tokenCount, 2], 'int32'),
      values: tf.tensor1d(values, 'int32'),
    }
  }

  override postprocess(row: TensorArray): Float32Array {
    return row instanceof Float32Array ? row : Float32Array.from(row)
  }
}
