/** What a Node developer does today: Fastify and the model in one process, no batches. `MODEL` is echo or sleep. */

import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import { pack, unpack } from 'msgpackr'

const isSleep = process.env['MODEL'] === 'sleep'
/** One model, one call at a time, as on a GPU. */
let busy: Promise<unknown> = Promise.resolve()

const app = fastify()
const packed = 'application/msgpack'
app.addContentTypeParser(packed, { parseAs: 'buffer' }, async (_: unknown, body: Buffer) => unpack(body))
app.post('/inference', async (request, reply) => {
  if (request.headers['content-type'] === packed) return reply.type(packed).send(pack(request.body))
  if (!isSleep) return request.body
  busy = busy.then(() => sleep(5.5))
  await busy
  return request.body
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stderr.write(`${JSON.stringify({ url })}\n`)
process.on('SIGTERM', () => process.exit(0))
