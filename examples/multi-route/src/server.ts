/** Two routes, one model: clients of the one send typed MessagePack, clients of the other raw bytes. */

import { MsgpackMixin } from '@mosec/codec-msgpack'
import { BatchWorker, Server, stage, ValidationError, Worker } from 'mosec'

interface Request {
  readonly bin: Uint8Array
  readonly name?: string
}

class TypedPreprocess extends MsgpackMixin(Worker)<Request, Uint8Array> {
  override example = { bin: new Uint8Array(3), name: 'warm-up' }

  override forward({ bin, name = 'test' }: Request): Uint8Array {
    if (!(bin instanceof Uint8Array)) throw new ValidationError(`bin must be bytes, got ${typeof bin}`)
    if (typeof name !== 'string') throw new ValidationError(`name must be text, got ${typeof name}`)
    return bin
  }
}

class Preprocess extends Worker<Uint8Array, Uint8Array> {
  override example = new Uint8Array(3)

  // No codec: the body itself is the input, whatever its Content-Type.
  override deserialize(body: Uint8Array): Uint8Array {
    return body
  }

  override forward(bytes: Uint8Array): Uint8Array {
    return bytes
  }
}

interface Result {
  readonly length: number
  /** Inputs that were computed together, from both routes. */
  readonly batch: number
}

class Inference extends BatchWorker<Uint8Array, Result> {
  override forward(inputs: Uint8Array[]): Result[] {
    return inputs.map(({ length }) => ({ length, batch: inputs.length }))
  }
}

class TypedPostprocess extends MsgpackMixin(Worker)<Result, Result> {
  override forward(result: Result): Result {
    return result
  }
}

// One object on both routes: they share its replicas and its batches.
const inference = stage(Inference, { maxBatchSize: 16 })

const server = new Server()
server.route('/v1/inference', stage(TypedPreprocess), inference, stage(TypedPostprocess))
server.route('/inference', stage(Preprocess), inference)
await server.run()
