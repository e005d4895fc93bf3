/**
 * CPU per task in the scheduler alone: `node --import tsx packages/core/bench/schedule.ts` (build first).
 *
 * 64 clients, each sends again when it is answered; replicas answer at the end of the turn. No codec, no socket, no HTTP.
 */

import { adaptive, combineObservers, silentLogger, systemClock, type TaskSink } from '@mosec/core'
import { Scheduler, type StageOptions } from '@mosec/core/scheduler'
import { EchoConnection } from '@mosec/core/testing'

const TASKS = 400_000
const CLIENTS = 64
const ROUNDS = 5

const stage = (name: string): StageOptions => ({
  name,
  policy: adaptive,
  capacity: 1024,
  limits: { maxBatchSize: 32, maxWaitMs: Number.POSITIVE_INFINITY },
})

/** @returns microseconds of CPU per task. */
function measure(stages: number, routes: number): Promise<number> {
  const names = Array.from({ length: stages }, (_, index) => `stage ${index}`)
  const paths = Array.from({ length: routes }, (_, index) => `/route-${index}`)
  const scheduler = new Scheduler({
    stages: names.map(stage),
    routes: paths.map((path) => ({ path, stages: names })),
    timeoutMs: 60_000,
    clock: systemClock,
    observer: combineObservers([], () => {}),
    logger: silentLogger,
  })
  for (const name of names) scheduler.stage(name).attach(new EchoConnection())
  const bytes = new Uint8Array(100)
  return new Promise((resolve) => {
    let sent = 0
    let answered = 0
    const send = (): void => {
      const route = paths[sent++ % routes] ?? ''
      scheduler.submit({ route, bytes, requestCodec: 0, responseCodec: 0, sink })
    }
    const sink: TaskSink = {
      settled: () => {
        answered++
        if (sent < TASKS) send()
        if (answered < TASKS) return
        const { user, system } = process.cpuUsage(before)
        scheduler.close()
        resolve((user + system) / TASKS)
      },
    }
    const before = process.cpuUsage()
    for (let client = 0; client < CLIENTS; client++) send()
  })
}

for (const [stages, routes] of [
  [1, 1],
  [3, 1],
  [1, 4],
  [1, 200],
] as const) {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(stages, routes))
  const text = rounds.sort((a, b) => a - b).map((microseconds) => microseconds.toFixed(2))
  console.log(`${stages} stages, ${routes} routes: median ${text[ROUNDS >> 1]} us a task (${text.join(' ')})`)
}
process.exit(0)
