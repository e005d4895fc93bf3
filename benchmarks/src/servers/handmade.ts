/** What a Node developer does today: Fastify and the model in one process, no batches. `MODEL` is echo or sleep. */

import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'

const isSleep = process.env['MODEL'] === 'sleep'
/** One model, one call at a time, as on a GPU. */
let busy: Promise<unknown> = Promise.resolve()

const app = fastify()
app.post('/inference', async (request) => {
  if (!isSleep) return request.body
  busy = busy.then(() => sleep(5.5))
  await busy
  return request.body
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stderr.write(`${JSON.stringify({ url })}\n`)
process.on('SIGTERM', () => process.exit(0))
