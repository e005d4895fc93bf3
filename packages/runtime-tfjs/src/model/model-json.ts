/** What TensorFlow.js writes into a `model.json`. */

import { StartError } from '@mosec/core'
import type { io } from '@tensorflow/tfjs'

/** A `model.json`, checked as far as loading needs it. */
export type ModelJson = io.ModelJSON

/**
 * The value as a {@link ModelJson}.
 * @param name of the model, for the message.
 * @throws StartError (`start_error`) when it is something else.
 */
export function asModelJson(value: unknown, name: string): ModelJson {
  if (isModelJson(value)) return value
  throw new StartError(`"${name}" is no TensorFlow.js model: it has no modelTopology and weightsManifest`)
}

function isModelJson(value: unknown): value is ModelJson {
  if (typeof value !== 'object' || value === null) return false
  const { modelTopology, weightsManifest } = value as Record<string, unknown>
  return typeof modelTopology === 'object' && modelTopology !== null && Array.isArray(weightsManifest)
}
