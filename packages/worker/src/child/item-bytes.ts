/** Bytes of batch items to values and back: at the pipeline's ends by codec, between stages by the IPC format. */

import {
  type Awaitable,
  BaseWorker,
  type BatchItem,
  isEgress,
  isIngress,
  isLastInProcess,
  requestCodec,
  responseCodec,
} from '@mosec/core'

/** A promise where the worker gives one. @throws whatever the worker throws on bytes that it cannot read. */
export function decodeItem(worker: BaseWorker, item: BatchItem): unknown {
  return isIngress(item.state)
    ? worker.deserialize(item.bytes, requestCodec(item.state))
    : worker.deserializeIpc(item.bytes)
}

/** A promise where the worker gives one. @throws whatever the worker throws on a value that it cannot write. */
export function encodeItem(worker: BaseWorker, item: BatchItem, value: unknown): Awaitable<Uint8Array> {
  if (isEgress(item.state)) return worker.serialize(value, responseCodec(item.state))
  // The server's process knows no other form than the common one.
  if (isLastInProcess(item.state)) return BaseWorker.prototype.serializeIpc.call(worker, value)
  return worker.serializeIpc(value)
}
