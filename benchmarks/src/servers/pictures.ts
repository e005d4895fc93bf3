/** Ours: JPEG, decoded by a stage on the CPU, through a network with `REPLICAS`, to its likeliest classes. */

import { Server, stage } from 'mosec'
import { enterProject } from './enter-project.ts'

enterProject()
const decode = stage<Uint8Array, Uint8Array>(new URL('./picture/decode.js', import.meta.url), {
  name: 'decode',
})
const network = stage<Uint8Array, Float32Array>(new URL('./picture/network.js', import.meta.url), {
  name: 'network',
  maxBatchSize: 4,
  replicas: Number(process.env['REPLICAS'] ?? 1),
})
const topK = stage<Float32Array, object>(new URL('./picture/top-k.js', import.meta.url), { name: 'top-k' })

const server = new Server({ logLevel: 'info', timeoutMs: 30_000 })
server.route('/inference', decode, network, topK)
await server.run()
