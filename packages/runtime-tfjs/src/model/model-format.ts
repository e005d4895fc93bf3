/** Models come in two formats, each with its own loader; the wrong loader should say so. */

import { StartError } from '@mosec/core'

/** What the loader of the other format reads first. */
const readByOther = { 'layers-model': 'versions', 'graph-model': 'model_config' } as const

const loaders = { 'layers-model': 'tf.loadLayersModel', 'graph-model': 'tf.loadGraphModel' } as const

/**
 * The topology, which tells the wrong loader what it is: TensorFlow.js itself only says `Cannot read properties of
 * undefined`, or prints the whole topology.
 * @param name of the model, for the message.
 */
export function guardedTopology(topology: object, name: string): object {
  const format = formatOf(topology)
  if (format === undefined || readByOther[format] in topology) return topology
  return Object.defineProperty({ ...topology }, readByOther[format], {
    get: () => {
      const other = format === 'layers-model' ? 'graph-model' : 'layers-model'
      throw new StartError(
        `"${name}" is a ${format}, and ${loaders[other]} takes a ${other}: call ${loaders[format]}`,
      )
    },
  })
}

function formatOf(topology: object): keyof typeof loaders | undefined {
  if ('node' in topology) return 'graph-model'
  return 'model_config' in topology || 'class_name' in topology ? 'layers-model' : undefined
}
