/** Bytes of batch items to values and back: at the pipeline's ends by codec, between stages by the IPC format. */

import {
  type Awaitable,
  BaseWorker,
  type BatchItem,
  isEgress,
  isIngress,
  isLastInProcess,
  type Lend,
  requestCodec,
  responseCodec,
} from '@mosec/core'

/** A promise where the worker gives one. @throws whatever the worker throws on bytes that it cannot read. */
export function decodeItem(worker: BaseWorker, item: BatchItem): unknown {
  if (isIngress(item.state)) return worker.deserialize(unshared(item.bytes), requestCodec(item.state))
  return worker.deserializeIpc(isOurForm(worker) ? item.bytes : unshared(item.bytes))
}

/** What is between threads is used again once the item is answered; only our own form is known to keep none of it. */
const isOurForm = ({ deserializeIpc }: BaseWorker): boolean =>
  deserializeIpc === BaseWorker.prototype.deserializeIpc

const unshared = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer instanceof ArrayBuffer ? bytes : Uint8Array.from(bytes)

/** Who writes, and where. */
export interface ItemWriter {
  readonly worker: BaseWorker
  /** Memory for what another stage reads; see `Channel.lend`. */
  readonly lend: Lend | undefined
}

/** A promise where the worker gives one. @throws whatever the worker throws on a value that it cannot write. */
export function encodeItem(
  { worker, lend }: ItemWriter,
  item: BatchItem,
  value: unknown,
): Awaitable<Uint8Array> {
  if (isEgress(item.state)) return worker.serialize(value, responseCodec(item.state))
  // The server's process knows no other form than the common one.
  if (isLastInProcess(item.state)) return BaseWorker.prototype.serializeIpc.call(worker, value)
  return worker.serializeIpc(value, lend)
}
