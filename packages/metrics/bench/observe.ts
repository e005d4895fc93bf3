/** Microseconds per request for the events of one request, and the cost of a scrape: `npx tsx bench/observe.ts`. */

import type { TaskInfo } from '@mosec/core'
import { metricsObserver } from '../src/index.ts'

const routes = [{ path: '/inference', stages: ['a', 'b'] }]
const metrics = metricsObserver({ timeoutMs: 3000, stages: ['a', 'b'], routes })
const stage = 'a'

for (const batchSize of [1, 32]) {
  const rounds = Array.from({ length: 9 }, () => round(batchSize)).sort((a, b) => a - b)
  console.log(`batches of ${batchSize}: ${rounds[4]?.toFixed(3)} us per request`)
}
const startMs = performance.now()
const page = await metrics.text()
console.log(`a scrape: ${(performance.now() - startMs).toFixed(1)} ms, ${page.length} characters`)

function round(batchSize: number): number {
  const requests = 100_000
  const startMs = performance.now()
  for (let id = 0; id < requests; id += batchSize) batch(id, batchSize)
  return ((performance.now() - startMs) / requests) * 1000
}

function batch(firstId: number, size: number): void {
  const tasks: TaskInfo[] = Array.from({ length: size }, (_, i) => ({
    id: firstId + i,
    route: '/inference',
    admittedMs: 0,
    deadlineMs: 3000,
    stageIndex: 0,
  }))
  for (const task of tasks) {
    metrics.admitted(task)
    metrics.queued(task, stage)
  }
  for (const task of tasks) metrics.dequeued(task, stage, 0.4)
  metrics.batchSent({ stage, replica: 1, size, maxBatchSize: 32, formedInMs: 0.4 })
  metrics.batchReplied({ stage, replica: 1, size, failures: 0, durationMs: 2.5 })
  for (const task of tasks) {
    metrics.settled(task, 'ok', 3)
    metrics.answered({ endpoint: '/inference', status: 200, durationMs: 3 })
  }
}
