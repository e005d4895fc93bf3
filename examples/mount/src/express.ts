/** The models as a part of an Express app. */

import type { AddressInfo } from 'node:net'
import express from 'express'
import { models } from './models.ts'

await models.start()

const app = express()
// Before the body parsers: the models read the bytes themselves.
app.use('/models', models.handle)
app.use(express.json())
app.get('/', (_request, response) => void response.send('the page of the Express app'))
app.post('/echo', (request, response) => void response.json(request.body))

const host = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const { port } = host.address() as AddressInfo
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${port}` }))
})

process.once('SIGTERM', () => {
  host.close()
  void models.close()
})
