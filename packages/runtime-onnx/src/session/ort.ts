/** The names that the rest of the package uses for onnxruntime itself. */

import type { InferenceSession, Tensor } from 'onnxruntime-node'

/** The module, as `import * as ort from 'onnxruntime-node'` gives it. */
export type Ort = typeof import('onnxruntime-node')

/** A loaded model. */
export type OnnxSession = InferenceSession

/** One value that goes into a model or comes out of it. */
export type OnnxTensor = Tensor

/** What a model takes for a batch: a tensor for each input, by its name. */
export type OnnxFeeds = Readonly<Record<string, Tensor>>

/** What a model gives for a batch: a tensor for each output, by its name. */
export type OnnxOutputs = Readonly<Record<string, Tensor>>

/** What can compute, best first. `webgpu` is Vulkan, Metal or Direct3D. */
export type ProviderName = 'cuda' | 'webgpu' | 'cpu'

/** All of them, best first. */
export const providerNames: readonly ProviderName[] = ['cuda', 'webgpu', 'cpu']

/** Everything that onnxruntime takes when it loads a model, but the providers, which are chosen here. */
export type OnnxSessionOptions = Omit<InferenceSession.SessionOptions, 'executionProviders'>

/** Version of the installed onnxruntime. */
export const versionOf = ({ env }: Ort): string => env.versions.node ?? env.versions.common
