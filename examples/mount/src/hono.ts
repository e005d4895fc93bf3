/** The models as a part of a Hono app. */

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { models } from './models.ts'

await models.start()

const app = new Hono()
app.get('/', (c) => c.text('the page of the Hono app'))
app.post('/echo', async (c) => c.json(await c.req.json()))
app.mount('/models', models.fetch)

const options = { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) }
const host = serve(options, ({ port }) => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${port}` }))
})

process.once('SIGTERM', () => {
  host.close()
  void models.close()
})
