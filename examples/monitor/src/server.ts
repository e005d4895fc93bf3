/** A server to look at: one stage of batches, and a metric of the worker's own on a port of its own. */

import { createServer } from 'node:http'
import { BatchWorker, Server, ValidationError, type WorkerContext } from 'mosec'
import { Counter, register } from 'prom-client'

const results = new Counter({
  name: 'inference_result_total',
  help: 'numbers at or above the mean of their batch, and below',
  labelNames: ['status', 'worker_id'],
})

class AboveMean extends BatchWorker<{ num: number }, boolean> {
  override example = [{ num: 1 }]
  #replica = ''

  /** A replica is a process of its own, so what it counts is scraped from it, not from the server. */
  override setup({ replica, logger }: WorkerContext): void {
    this.#replica = String(replica)
    const metrics = createServer(async (_request, response) => response.end(await register.metrics()))
    const port = Number(process.env['METRICS_PORT'] ?? 5000)
    metrics.listen(port, () => logger.info('metrics of the worker', { address: metrics.address() }))
  }

  override forward(batch: { num: number }[]): (boolean | Error)[] {
    const mean = batch.reduce((sum, { num }) => sum + Number(num), 0) / batch.length
    return batch.map(({ num }) => {
      if (!Number.isFinite(num)) return new ValidationError('num must be a number')
      const isAbove = num >= mean
      results.inc({ status: String(isAbove), worker_id: this.#replica })
      return isAbove
    })
  }
}

const server = new Server()
server.appendWorker(AboveMean, { maxBatchSize: 8 })
await server.run()
