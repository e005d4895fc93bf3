/** Metrics of your own beside the server's: some of the server's process, some of the replicas. */

import { BatchWorker, Server, ValidationError, type WorkerContext } from 'mosec'
import { Counter, Registry } from 'prom-client'
import { collectFromReplicas, showMetrics } from './replica-metrics.ts'

class AboveMean extends BatchWorker<{ num: number }, boolean> {
  override example = [{ num: 1 }]
  readonly #registry = new Registry()
  readonly #results = new Counter({
    name: 'inference_result',
    help: 'results by what they say',
    labelNames: ['status'],
    registers: [this.#registry],
  })
  #stop = async (): Promise<void> => {}

  override setup({ stage, replica }: WorkerContext): void {
    this.#stop = showMetrics(this.#registry, `${stage}-${replica}`)
  }

  override teardown(): Promise<void> {
    return this.#stop()
  }

  override forward(batch: { num: number }[]): (boolean | Error)[] {
    const mean = batch.reduce((sum, { num }) => sum + num, 0) / batch.length
    return batch.map(({ num }) => {
      if (typeof num !== 'number') return new ValidationError(`num must be a number, got ${typeof num}`)
      this.#results.inc({ status: String(num >= mean) })
      return num >= mean
    })
  }
}

// In the server's process: told by events, for what the server sees.
const registry = new Registry()
const slow = new Counter({
  name: 'slow_answers',
  help: 'answers that took longer than 100 ms',
  registers: [registry],
})

const server = new Server()
server.appendWorker(AboveMean, { replicas: 2, maxBatchSize: 8 })
server.use({
  name: 'slow answers',
  observer: {
    answered({ durationMs }) {
      if (durationMs > 100) slow.inc()
    },
  },
  metrics: () => registry.metrics(),
})
server.use(collectFromReplicas())
await server.run()
