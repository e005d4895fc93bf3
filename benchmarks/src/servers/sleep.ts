/** Ours: a model whose batch of n takes 5 ms + 0.5 ms * n, as a GPU's might. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchPolicyName, BatchWorker, Server } from 'mosec'
import { recordWork } from './work-record.ts'

class Sleep extends BatchWorker {
  override async forward(batch: unknown[]): Promise<unknown[]> {
    await sleep(5 + 0.5 * batch.length)
    recordWork(batch.length)
    return batch
  }
}

const policy = process.env['POLICY'] as BatchPolicyName | undefined
const capacity = Number(process.env['CAPACITY'] ?? 8192)
const server = new Server({ logLevel: 'info', capacity, timeoutMs: 30_000 })
server.appendWorker(Sleep, {
  maxBatchSize: 32,
  ...(policy === undefined ? {} : { policy, maxWaitMs: Number(process.env['WAIT_MS'] ?? 10) }),
})
await server.run()
