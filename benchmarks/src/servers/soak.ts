/** Ours, for the soak: the sleeping model of W2, and streams that tick once a second for as long as they are read. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BatchStreamWorker, BatchWorker, type ForwardContext, Server, stage } from 'mosec'

class Sleep extends BatchWorker {
  override async forward(batch: unknown[]): Promise<unknown[]> {
    await sleep(5 + 0.5 * batch.length)
    return batch
  }
}

class Ticks extends BatchStreamWorker {
  override forward(batch: unknown[], context: ForwardContext): AsyncGenerator<string>[] {
    return batch.map(() => ticks(context))
  }
}

async function* ticks({ signal }: ForwardContext): AsyncGenerator<string> {
  for (let count = 0; !signal.aborted; count++) {
    yield `${count}`
    await sleep(1000)
  }
}

const STREAMS = Number(process.env['STREAMS'] ?? 1000)
const server = new Server({ logLevel: 'info', capacity: 2048, timeoutMs: 600_000 })
server.route('/inference', stage(Sleep, { maxBatchSize: 32 }))
// All of them are one batch.
server.route('/ticks', stage(Ticks, { maxBatchSize: STREAMS, maxWaitMs: 30_000 }))
await server.run()
