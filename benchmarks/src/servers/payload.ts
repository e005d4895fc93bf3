/** Ours: one stage makes `BYTES` of floats, the next one takes them, isolated as `ISOLATION` says. */

import { BatchWorker, type Isolation, Server, stage } from 'mosec'

const bytes = Number(process.env['BYTES'])
const isolation = (process.env['ISOLATION'] ?? 'process') as Isolation
const options = { isolation, maxBatchSize: Number(process.env['BATCH'] ?? 8) }

class Produce extends BatchWorker<unknown, Float32Array> {
  readonly #values = new Float32Array(bytes / 4).fill(0.5)
  override forward(batch: unknown[]): Float32Array[] {
    return batch.map(() => this.#values)
  }
}

class Consume extends BatchWorker<Float32Array, number> {
  /** It reads the length and lets go: what it reads may lie in memory that is used again. */
  override keepsInputs = false

  override forward(batch: Float32Array[]): number[] {
    return batch.map(({ length }) => length)
  }
}

const server = new Server({ logLevel: 'info', capacity: 8192 })
server.route('/inference', stage(Produce, options), stage(Consume, options))
await server.run()
