/** A TensorFlow SavedModel, which only tfjs-node runs. */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '@mosec/core'
import type { ModelInput, ModelOutput, Tfjs, TfjsModel } from '../backend/tfjs.ts'

/** Which function of the model is meant. */
export interface SavedModelOptions {
  /** Of the graph; `['serve']` when left out. */
  readonly tags?: readonly string[]
  /** `serving_default` when left out. */
  readonly signature?: string
}

/** tfjs-node's class, which says its inputs' shapes as protobuf messages. */
interface NodeModel {
  readonly inputs: readonly { readonly dtype: string; readonly shape?: readonly unknown[] }[]
  predict(input: ModelInput, config: object): ModelOutput
  dispose(): void
}

/**
 * Loads a SavedModel from its folder, without a conversion.
 * @param location the folder with `saved_model.pb`: a path, or a `file:` URL, as text too.
 * @throws StartError (`start_error`) when another backend than TensorFlow is active, or the model does not load.
 *
 * @example
 * override backends = ['tensorflow-gpu', 'tensorflow'] as const
 * override load(tf: Tfjs) { return loadSavedModel(tf, new URL('./saved/', import.meta.url)) }
 */
export async function loadSavedModel(
  tf: Tfjs,
  location: string | URL,
  { tags = ['serve'], signature = 'serving_default' }: SavedModelOptions = {},
): Promise<TfjsModel> {
  const path =
    location instanceof URL || location.startsWith('file:') ? fileURLToPath(location) : resolve(location)
  const model = await loaderOf(tf, path)(path, [...tags], signature).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(
      `the SavedModel "${path}" (tags ${tags}, signature ${signature}) does not load: ${reason}`,
      { cause },
    )
  })
  return {
    inputs: model.inputs.map(({ dtype, shape }) => ({ dtype, ...(shape && { shape: shape.map(lengthOf) }) })),
    predict: (input, config) => model.predict(input, config),
    dispose: () => model.dispose(),
  }
}

type LoadNodeModel = (path: string, tags: string[], signature: string) => Promise<NodeModel>

function loaderOf(tf: Tfjs, path: string): LoadNodeModel {
  const node: unknown = Reflect.get(tf, 'node')
  const load: unknown =
    typeof node === 'object' && node !== null ? Reflect.get(node, 'loadSavedModel') : undefined
  if (typeof load === 'function') return (...args) => load(...args)
  throw new StartError(
    `the SavedModel "${path}" needs TensorFlow itself, and the backend is ${tf.getBackend()}: set backends to ` +
      "['tensorflow-gpu', 'tensorflow'], or convert the model with tensorflowjs_converter",
  )
}

/** One dimension: a number, or a message with its size, -1 where it is free. */
function lengthOf(dimension: unknown): number | null {
  const getSize: unknown =
    typeof dimension === 'object' && dimension !== null ? Reflect.get(dimension, 'getSize') : undefined
  const size: unknown = typeof getSize === 'function' ? getSize.call(dimension) : dimension
  return typeof size === 'number' && size >= 0 ? size : null
}
