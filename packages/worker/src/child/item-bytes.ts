/** Bytes of batch items to values and back: at the pipeline's ends by codec, between stages by the IPC format. */

import {
  type BaseWorker,
  type BatchItem,
  isEgress,
  isIngress,
  requestCodec,
  responseCodec,
} from '@mosec/core'

/** @throws whatever the worker throws on bytes that it cannot read. */
export function decodeItem(worker: BaseWorker, item: BatchItem): unknown {
  return isIngress(item.state)
    ? worker.deserialize(item.bytes, requestCodec(item.state))
    : worker.deserializeIpc(item.bytes)
}

/** @throws whatever the worker throws on a value that it cannot write. */
export function encodeItem(worker: BaseWorker, item: BatchItem, value: unknown): Uint8Array {
  return isEgress(item.state)
    ? worker.serialize(value, responseCodec(item.state))
    : worker.serializeIpc(value)
}
