/** OpenAI's embeddings API: the texts of all waiting requests go through the model together. */

import { type EncodedText, SentenceEncoder } from '@mosec/server/sentence-encoder'
import { BatchWorker, type ForwardContext, Server, type WorkerContext } from 'mosec'
import { z } from 'zod'

const model = 'universal-sentence-encoder-lite'

const EmbedRequest = z.object({
  input: z.preprocess(
    (input) => (typeof input === 'string' ? [input] : input),
    z.array(z.string().min(1)).min(1).max(256),
  ),
  encoding_format: z.enum(['float', 'base64']).default('float'),
})
type EmbedRequest = z.infer<typeof EmbedRequest>

class Embed extends BatchWorker<EmbedRequest, object> {
  override input = EmbedRequest
  override example = [{ input: ['How old are you?'], encoding_format: 'float' as const }]
  readonly #encoder = new SentenceEncoder()

  override setup(context: WorkerContext): Promise<void> {
    return this.#encoder.setup(context)
  }

  override async forward(requests: EmbedRequest[], { signal }: ForwardContext): Promise<object[]> {
    const texts = requests.flatMap(({ input }) => input)
    const encoded = await this.#encoder.encode(texts, signal)
    // Each request takes its own from the front.
    return requests.map((request) => answer(request, encoded.splice(0, request.input.length)))
  }
}

function answer({ encoding_format }: EmbedRequest, encoded: EncodedText[]): object {
  const tokens = encoded.reduce((sum, { tokenCount }) => sum + tokenCount, 0)
  return {
    object: 'list',
    data: encoded.map(({ vector }, index) => ({
      object: 'embedding',
      index,
      embedding: write(vector, encoding_format),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

function write(vector: Float32Array, format: EmbedRequest['encoding_format']): number[] | string {
  if (format === 'float') return Array.from(vector)
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

const server = new Server({ timeoutMs: 30_000 })
server.appendWorker(Embed, { route: '/v1/embeddings', maxBatchSize: 8 })
await server.run()
