/** When does somebody speak? Two stages: decode, detect. */

import { Server, stage } from 'mosec'
import type { Segment } from './segments.ts'

// Named by module, so that this process, which holds the connections, does not load onnxruntime.
const decode = stage<Uint8Array, Float32Array>(new URL('./decode.js', import.meta.url), { name: 'decode' })
const detect = stage<Float32Array, Segment[]>(new URL('./detect.js', import.meta.url), {
  name: 'detect',
  maxBatchSize: 16,
})

const server = new Server()
server.route('/voice-activity', decode, detect)
await server.run()
