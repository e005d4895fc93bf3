/** What the parent learns of a worker that it never sees. */

import { type AnyWorker, BaseWorker, type Codec } from '@mosec/core'
import type { CodecInfo, WorkerInfo } from '../control/control-messages.ts'
import { forwardShape } from './invoke.ts'

/** The worker's own description, for `hello`. */
export function workerInfo(worker: AnyWorker): WorkerInfo {
  const codecs = worker.codecs.map(codecInfo)
  return {
    kind: worker.kind,
    name: worker.constructor.name,
    requestTypes: codecs,
    responseTypes: codecs,
    readsAnyType: codecs.length === 0 || worker.deserialize !== BaseWorker.prototype.deserialize,
    isStream: forwardShape(worker).isStream,
  }
}

const codecInfo = ({ name, mimeTypes }: Codec): CodecInfo => ({ name, mimeTypes })
