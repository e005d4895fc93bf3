/** Ours, with a model that breaks on command: `{"kind": "throw"}` or `{"kind": "crash"}`; two replicas. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BatchWorker, Server } from 'mosec'

interface Item {
  readonly kind: string
}

class Faulty extends BatchWorker<Item, Item> {
  override async forward(batch: Item[]): Promise<Item[]> {
    await sleep(5 + 0.5 * batch.length)
    if (batch.some(({ kind }) => kind === 'crash')) process.abort()
    if (batch.some(({ kind }) => kind === 'throw')) throw new Error('poison')
    return batch
  }
}

const server = new Server({ logLevel: 'info', timeoutMs: 10_000 })
server.appendWorker(Faulty, { maxBatchSize: 32, replicas: 2 })
await server.run()
