/** Ours: `STAGES` echo stages with batches of up to `BATCH` and `REPLICAS` each, isolated as `ISOLATION` says, in `CODEC`. */

import { MsgpackMixin } from '@mosec/codec-msgpack'
import { BatchWorker, type Isolation, Server, stage } from 'mosec'

class Echo extends BatchWorker {
  override forward(batch: unknown[]): unknown[] {
    return batch
  }
}

class PackedEcho extends MsgpackMixin(BatchWorker) {
  override forward(batch: unknown[]): unknown[] {
    return batch
  }
}

const worker = process.env['CODEC'] === 'msgpack' ? PackedEcho : Echo
const stages = Number(process.env['STAGES'] ?? 1)
const maxBatchSize = Number(process.env['BATCH'] ?? 32)
const replicas = Number(process.env['REPLICAS'] ?? 1)
const isolation = (process.env['ISOLATION'] ?? 'process') as Isolation
const server = new Server({ logLevel: 'info', capacity: 8192 })
const [first, ...rest] = Array.from({ length: stages }, () =>
  stage(worker, { maxBatchSize, isolation, replicas }),
)
if (first !== undefined) server.route('/inference', first, ...rest)
await server.run()
