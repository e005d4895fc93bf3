/** Three ways for a large tensor from one stage to the next: a socket, threads, Redis. */

import { Server, stage } from 'mosec'
import { Consume, ConsumeFromRedis, Produce, ProduceToRedis } from './stages.ts'

const server = new Server()

// Processes, the default: the tensor travels through a Unix socket, to the server's process and on.
server.route('/socket', stage(Produce, { name: 'produce' }), stage(Consume, { name: 'consume' }))

// Threads of the server's process: the tensor's memory changes hands.
const thread = { isolation: 'thread' } as const
server.route(
  '/thread',
  stage(Produce, { ...thread, name: 'produce-thread' }),
  stage(Consume, { ...thread, name: 'consume-thread' }),
)

// Processes, and the tensor in Redis: only its key travels through the server's process.
server.route(
  '/redis',
  stage(ProduceToRedis, { name: 'produce-redis' }),
  stage(ConsumeFromRedis, { name: 'consume-redis' }),
)

await server.run()
