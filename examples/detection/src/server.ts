/** What is where in this picture? Two stages: decode, detect. */

import { Server, stage } from 'mosec'
import type { Picture } from './decode.ts'
import type { Detection } from './detect.ts'

// Named by module, so that this process, which holds the connections, loads neither sharp nor TensorFlow.js.
const decode = stage<Uint8Array, Picture>(new URL('./decode.js', import.meta.url), { name: 'decode' })
// The model was saved for one picture at a time: more processes instead of larger batches.
const detect = stage<Picture, Detection[]>(new URL('./detect.js', import.meta.url), {
  name: 'detect',
  replicas: 2,
})

const server = new Server({ timeoutMs: 10_000 })
server.route('/detect', decode, detect)
await server.run()
