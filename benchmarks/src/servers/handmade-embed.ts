/** What a Node developer does today: Fastify and the sentence encoder in one process, a text at a time. */

import { silentLogger } from '@mosec/core'
import { SentenceEncoder } from '@mosec/server/sentence-encoder'
import fastify from 'fastify'
import { embeddingOf } from './embedding.ts'
import { enterProject } from './enter-project.ts'

enterProject()
const encoder = new SentenceEncoder()
await encoder.setup({ stage: 'handmade', replica: 1, maxBatchSize: 1, logger: silentLogger })
const noSignal = new AbortController().signal

const app = fastify()
app.post<{ Body: { input: string } }>('/inference', async (request) => {
  const [encoded] = await encoder.encode([request.body.input], noSignal)
  if (encoded === undefined) throw new Error('the encoder gave nothing')
  return embeddingOf(encoded)
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stderr.write(`${JSON.stringify({ url })}\n`)
process.on('SIGTERM', () => process.exit(0))
