/**
 * CPU of a task in the scheduler alone while so many wait: `node queue-depth-main.js <depth>` prints microseconds.
 *
 * Whoever is answered sends again, so that the depth stays; a replica answers at the end of the turn. Metrics are counted.
 */

import { adaptive, silentLogger, systemClock, type TaskSink } from '@mosec/core'
import { Scheduler } from '@mosec/core/scheduler'
import { EchoConnection } from '@mosec/core/testing'
import { metricsObserver } from '@mosec/metrics'

const TASKS = 300_000
const STAGE = 'echo'
const ROUTE = '/inference'

/** The steady state begins when all that waited at first are answered, and the code is compiled. */
function measure(depth: number): Promise<number> {
  const scheduler = new Scheduler({
    stages: [
      { name: STAGE, policy: adaptive, capacity: depth, limits: { maxBatchSize: 32, maxWaitMs: Infinity } },
    ],
    routes: [{ path: ROUTE, stages: [STAGE] }],
    timeoutMs: 600_000,
    clock: systemClock,
    observer: metricsObserver({
      timeoutMs: 600_000,
      stages: [STAGE],
      routes: [{ path: ROUTE, stages: [STAGE] }],
    }),
    logger: silentLogger,
  })
  scheduler.stage(STAGE).attach(new EchoConnection())
  const bytes = new Uint8Array(100)
  const warmUp = Math.max(50_000, 2 * depth)
  return new Promise((resolve) => {
    let answered = 0
    let before = process.cpuUsage()
    const send = (): unknown =>
      scheduler.submit({ route: ROUTE, bytes, requestCodec: 0, responseCodec: 0, sink })
    const sink: TaskSink = {
      settled: () => {
        answered++
        if (answered === warmUp) before = process.cpuUsage()
        if (answered < warmUp + TASKS) send()
        if (answered !== warmUp + TASKS) return
        const { user, system } = process.cpuUsage(before)
        resolve((user + system) / TASKS)
      },
    }
    for (let task = 0; task < depth; task++) send()
  })
}

process.stdout.write(`${await measure(Number(process.argv[2]))}\n`)
process.exit()
