/**
 * Ours: echo without a model, in batches of up to 32, on `ROUTES` routes that share one stage of `REPLICAS` replicas,
 * isolated as `ISOLATION` says; each takes `LOAD_MS` to load nothing.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { BatchWorker, type Isolation, Server, stage } from 'mosec'

const { ROUTES = '1', REPLICAS = '1', ISOLATION = 'process', LOAD_MS } = process.env

class Echo extends BatchWorker {
  override async setup(): Promise<void> {
    if (LOAD_MS !== undefined) await sleep(Number(LOAD_MS))
  }
  override forward(batch: unknown[]): unknown[] {
    return batch
  }
}

const server = new Server({ logLevel: 'info', capacity: 16_384, backlog: 4096 })
const isolation = ISOLATION as Isolation
const echo = stage(Echo, { maxBatchSize: 32, replicas: Number(REPLICAS), isolation })
for (let route = 0; route < Number(ROUTES); route++) server.route(`/route-${route}`, echo)
await server.run()
