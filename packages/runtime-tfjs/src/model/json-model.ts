/** A model whose parts the caller has: the IO handler behind all the others. */

import { StartError } from '@mosec/core'
import type { io } from '@tensorflow/tfjs'
import { guardedTopology } from './model-format.ts'
import { asModelJson, type ModelJson } from './model-json.ts'
import { weightBytes } from './weight-size.ts'

/** The parts of a saved model. */
export interface ModelParts {
  /** How messages call the model. */
  readonly name: string
  /** The content of its `model.json`. */
  readonly json: unknown
  /** Bytes of one weight file, by the path that the manifest gives it. */
  readonly readShard: (path: string) => Promise<Uint8Array> | Uint8Array
}

/**
 * An IO handler for `tf.loadLayersModel` and `tf.loadGraphModel`.
 * @throws StartError (`start_error`), while it loads, when the parts are not those of one whole model.
 */
export function jsonModel(parts: ModelParts): io.IOHandler {
  return { load: () => readModel(parts) }
}

/**
 * Reads all parts into what TensorFlow.js builds a model from.
 * @throws StartError (`start_error`) when they are not those of one whole model.
 */
export async function readModel({ name, json, readShard }: ModelParts): Promise<io.ModelArtifacts> {
  const model = asModelJson(json, name)
  const groups = await Promise.all(model.weightsManifest.map((group) => readGroup(group, name, readShard)))
  return artifacts(model, groups.flat(), name)
}

async function readGroup(
  group: io.WeightsManifestConfig[number],
  name: string,
  readShard: ModelParts['readShard'],
): Promise<ArrayBuffer[]> {
  const shards = await Promise.all(group.paths.map(async (path) => ownBuffer(await readShard(path))))
  const got = shards.reduce((total, shard) => total + shard.byteLength, 0)
  const expected = weightBytes(group.weights)
  if (expected === undefined || expected === got) return shards
  throw new StartError(
    `the weights of "${name}" are ${got} bytes long, its manifest wants ${expected}: a file is incomplete or from ` +
      `another version (${group.paths.join(', ')})`,
  )
}

// TensorFlow.js takes whole buffers; small files read by Node are views into a shared pool.
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer
  return new Uint8Array(bytes).buffer
}

function artifacts(model: ModelJson, weightData: ArrayBuffer[], name: string): io.ModelArtifacts {
  const { weightsManifest, ...rest } = model
  const modelTopology = guardedTopology(model.modelTopology, name)
  return {
    ...rest,
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData,
  }
}
