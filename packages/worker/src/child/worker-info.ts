/** What the parent learns of a worker that it never sees. */

import {
  type AnyWorker,
  BaseWorker,
  type Codec,
  type JsonSchema,
  type Logger,
  type StandardSchema,
} from '@mosec/core'
import { textOf } from '../control/control-logger.ts'
import type { CodecInfo, Speech, WorkerInfo } from '../control/control-messages.ts'
import { forwardShape } from './invoke.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { publishedExamples } from './published-examples.ts'

/** The worker's own description, for `hello`. */
export async function workerInfo(worker: AnyWorker, logger: Logger): Promise<WorkerInfo> {
  const codecs = worker.codecs.map(codecInfo)
  const name = worker.constructor.name
  const { isStream } = forwardShape(worker)
  const largest = worker.kind === 'batch' ? worker.largestBatch : undefined
  return {
    kind: worker.kind,
    name,
    requestTypes: codecs,
    responseTypes: codecs,
    readsAnyType: codecs.length === 0 || worker.deserialize !== BaseWorker.prototype.deserialize,
    needsCodecFor: codecs.length === 0 ? withoutCodec(worker, isStream) : [],
    ...(largest === undefined ? {} : { largestBatch: largest }),
    isStream,
    inputSchema: described(worker.input, `${name}.input`, logger),
    outputSchema: described(worker.output, `${name}.output`, logger),
    examples: await publishedExamples(worker),
  }
}

/** Events are text, which no codec writes. */
function withoutCodec({ deserialize, serialize }: AnyWorker, isStream: boolean): readonly Speech[] {
  const { prototype } = BaseWorker
  const needs: Speech[] = deserialize === prototype.deserialize ? ['requests'] : []
  return serialize === prototype.serialize && !isStream ? [...needs, 'responses'] : needs
}

const codecInfo = ({ name, mimeTypes }: Codec): CodecInfo => ({ name, mimeTypes })

/** A schema that only its library understands checks all the same; the API's description goes without it. */
function described(
  schema: StandardSchema | undefined,
  place: string,
  logger: Logger,
): JsonSchema | undefined {
  if (schema === undefined) return undefined
  try {
    return jsonSchemaOf(schema)
  } catch (error) {
    logger.debug(`${place} has no JSON Schema, so the OpenAPI document does not show it: ${textOf(error)}`)
    return undefined
  }
}
