/** Ours: JPEG, decoded by a stage on the CPU, through a network with `REPLICAS`, to its likeliest classes. */

import { Server, stage } from 'mosec'
import { enterProject } from './enter-project.ts'

const module = (name: string): URL => new URL(`./picture/${name}.js`, import.meta.url)

enterProject()
const decode = stage<Uint8Array, Uint8Array>(module('decode'), { name: 'decode' })
const network = stage<Uint8Array, Float32Array>(module('network'), {
  name: 'network',
  maxBatchSize: 4,
  replicas: Number(process.env['REPLICAS'] ?? 1),
})
const topK = stage<Float32Array, object>(module('top-k'), { name: 'top-k' })

const server = new Server({ logLevel: 'info', timeoutMs: 30_000 })
server.route('/inference', decode, network, topK)
await server.run()
