/** Ours: one stage makes `BYTES` of floats, the next one takes them; in processes, threads or inline as `ISOLATION` says. */

import { type Isolation, Server, stage, Worker } from 'mosec'

const bytes = Number(process.env['BYTES'])
const isolation = (process.env['ISOLATION'] ?? 'process') as Isolation

class Produce extends Worker<unknown, Float32Array> {
  readonly #values = new Float32Array(bytes / 4).fill(0.5)
  override forward(): Float32Array {
    return this.#values
  }
}

class Consume extends Worker<Float32Array, number> {
  override forward(values: Float32Array): number {
    return values.length
  }
}

const server = new Server({ logLevel: 'info', capacity: 8192 })
server.route('/inference', stage(Produce, { isolation }), stage(Consume, { isolation }))
await server.run()
