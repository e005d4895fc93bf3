/** Ours: the bundled sentence encoder, as `examples/embedding` has it: `REPLICAS` of one stage, with batches of up to 16. */

import { SentenceEncoder } from '@mosec/server/sentence-encoder'
import { BatchWorker, type ForwardContext, Server, type WorkerContext } from 'mosec'
import { type Embedding, embeddingOf } from './embedding.ts'
import { enterProject } from './enter-project.ts'

interface TextRequest {
  readonly input: string
}

class Embed extends BatchWorker<TextRequest, Embedding> {
  override example = [{ input: 'How old are you?' }]
  readonly #encoder = new SentenceEncoder()

  override setup(context: WorkerContext): Promise<void> {
    return this.#encoder.setup(context)
  }

  override async forward(requests: TextRequest[], { signal }: ForwardContext): Promise<Embedding[]> {
    const texts = requests.map(({ input }) => input)
    return (await this.#encoder.encode(texts, signal)).map(embeddingOf)
  }
}

enterProject()
const server = new Server({ logLevel: 'info', timeoutMs: 30_000 })
server.appendWorker(Embed, { maxBatchSize: 16, replicas: Number(process.env['REPLICAS'] ?? 1) })
await server.run()
