/** Is this picture safe to show? Three stages, each a module of its own. */

import { Server, stage } from 'mosec'

// Named by module, so that this process, which holds the connections, loads neither sharp nor TensorFlow.js.
const decode = stage(new URL('./decode.js', import.meta.url), { name: 'decode', replicas: 2 })
const classify = stage(new URL('./classify.js', import.meta.url), { name: 'classify', maxBatchSize: 4 })
const label = stage(new URL('./label.js', import.meta.url), { name: 'label' })

const server = new Server({ timeoutMs: 10_000 })
server.route('/classify', decode, classify, label)
await server.run()
