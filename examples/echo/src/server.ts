/** Three stages in their own processes: read a time, sleep for it in batches, tell. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BatchWorker, Server, ValidationError, Worker } from 'mosec'

class Preprocess extends Worker<{ time?: unknown } | null, number> {
  override example = { time: 0 }

  /** Clients may send any JSON, also `null`. */
  override forward(input: { time?: unknown } | null): number {
    const time = input?.time
    if (typeof time === 'number' && Number.isFinite(time) && time >= 0) return time
    throw new ValidationError(`time must be a number of seconds, got ${JSON.stringify(time)}`)
  }
}

class Inference extends BatchWorker<number, number> {
  override example = [0, 1e-5, 2e-4]

  override async forward(seconds: number[]): Promise<number[]> {
    await sleep(1000 * Math.max(...seconds))
    return seconds
  }
}

class Postprocess extends Worker<number, { msg: string }> {
  override forward(seconds: number): { msg: string } {
    return { msg: `sleep ${seconds} seconds` }
  }
}

const server = new Server()
server.appendWorker(Preprocess)
server.appendWorker(Inference, { maxBatchSize: 32 })
server.appendWorker(Postprocess)
await server.run()
