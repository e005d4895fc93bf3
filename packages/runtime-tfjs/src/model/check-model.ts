/** What a user's `load` gave. */

import { type Logger, StartError } from '@mosec/core'
import { describeValue } from '@mosec/core/runtime'
import type { Tfjs } from '../backend/tfjs.ts'

/**
 * Checks that it is a model, and warns where another copy of TensorFlow.js made it: copies share one engine, so names of
 * their variables collide, and the kernels of the last one that was loaded replace the others'.
 * @throws StartError (`start_error`) when it is no model.
 */
export function checkModel(model: unknown, tf: Tfjs, logger: Logger): void {
  if (typeof model !== 'object' || model === null || !('predict' in model && 'inputs' in model)) {
    throw new StartError(
      `load() must give a model, as tf.loadLayersModel and tf.loadGraphModel do, and gave ${describeValue(model)}`,
    )
  }
  if (!isOfOtherCopy(model, tf)) return
  logger.warning(
    'the model was made by another copy of TensorFlow.js than computes it: use the tf that load() is given, or keep one ' +
      'copy (npm ls @tensorflow/tfjs shows them)',
  )
}

function isOfOtherCopy(model: object, { LayersModel, GraphModel }: Tfjs): boolean {
  const classes = ancestorsOf(model)
  const isModel = classes.includes('LayersModel') || classes.includes('GraphModel')
  return isModel && !(model instanceof LayersModel || model instanceof GraphModel)
}

function ancestorsOf(value: object): string[] {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (typeof prototype !== 'object' || prototype === null) return []
  return [prototype.constructor.name, ...ancestorsOf(prototype)]
}
