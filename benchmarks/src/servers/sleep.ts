/**
 * Ours: a model whose batch of n takes 5 ms + 0.5 ms * n (or as `FIXED_MS` and `ITEM_MS` say), as a GPU's might. It answers
 * what it was sent, or with `ANSWER=index` a number, as a classifier does.
 */

import { type BatchPolicyName, BatchWorker, Server } from 'mosec'
import { computeFor } from './compute-for.ts'
import { recordBusy } from './picture/record-busy.ts'
import { recordWork } from './work-record.ts'

class Sleep extends BatchWorker {
  override async forward(batch: unknown[]): Promise<unknown[]> {
    await recordBusy('model', () => computeFor(fixedMs + itemMs * batch.length))
    recordWork(batch.length)
    return process.env['ANSWER'] === 'index' ? batch.map((_, index) => index) : batch
  }
}

const fixedMs = Number(process.env['FIXED_MS'] ?? 5)
const itemMs = Number(process.env['ITEM_MS'] ?? 0.5)

const policy = process.env['POLICY'] as BatchPolicyName | undefined
const capacity = Number(process.env['CAPACITY'] ?? 8192)
const server = new Server({ logLevel: 'info', capacity, timeoutMs: 30_000 })
server.appendWorker(Sleep, {
  maxBatchSize: 32,
  ...(policy === undefined ? {} : { policy, maxWaitMs: Number(process.env['WAIT_MS'] ?? 10) }),
})
await server.run()
