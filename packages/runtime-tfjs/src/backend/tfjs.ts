/** The names that the rest of the package uses for TensorFlow.js itself. */

import type { Packages } from '@mosec/core/runtime'
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs'

/** The TensorFlow.js module, as `import * as tf from '@tensorflow/tfjs'` gives it. */
export type Tfjs = typeof import('@tensorflow/tfjs')

/** What a model takes for a batch. */
export type ModelInput = Tensor | Tensor[] | NamedTensorMap

/** What a model gives for a batch. */
export type ModelOutput = Tensor | Tensor[] | NamedTensorMap

/** The part of a layers, graph or saved model that is used here. */
export interface TfjsModel {
  readonly inputs: readonly { readonly shape?: readonly (number | null)[]; readonly dtype: string }[]
  predict(input: ModelInput, config: { readonly batchSize?: number }): ModelOutput
  dispose?(): unknown
}

/** What can compute, best first: CUDA, TensorFlow on the CPU, WebGPU (Vulkan, Metal), WebAssembly, plain JavaScript. */
export type BackendName = 'tensorflow-gpu' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu'

/** What a backend is told when it is opened. */
export interface OpenContext {
  readonly packages: Packages
  /** No other backend is acceptable, so a slow one is better than none. */
  readonly isOnlyChoice: boolean
}

/** Loads TensorFlow.js with one backend active; the error's message says why it cannot, and the next step. */
export type OpenBackend = (context: OpenContext) => Promise<Tfjs>
