/** Which document answers the query best? The documents of all waiting requests are scored together. */

import { json } from '@mosec/codec-json'
import { msgpack } from '@mosec/codec-msgpack'
import { type EncodedText, SentenceEncoder } from '@mosec/server/sentence-encoder'
import { BatchWorker, type ForwardContext, Server, type WorkerContext } from 'mosec'
import { z } from 'zod'

const RerankRequest = z.object({
  query: z.string().min(1),
  docs: z.array(z.string().min(1)).min(1).max(256),
})
type RerankRequest = z.infer<typeof RerankRequest>

interface Scores {
  /** One for each document, in their order; 1 at most. */
  readonly scores: number[]
}

class Rerank extends BatchWorker<RerankRequest, Scores> {
  override input = RerankRequest
  override codecs = [json(), msgpack()]
  override example = [{ query: 'age', docs: ['How old are you?'] }]
  readonly #encoder = new SentenceEncoder()

  override setup(context: WorkerContext): Promise<void> {
    return this.#encoder.setup(context)
  }

  override async forward(requests: RerankRequest[], { signal }: ForwardContext): Promise<Scores[]> {
    const texts = requests.flatMap(({ query, docs }) => [query, ...docs])
    const encoded = await this.#encoder.encode(texts, signal)
    // Each request takes its own from the front.
    return requests.map((request) => {
      const [query, ...docs] = encoded.splice(0, 1 + request.docs.length)
      return { scores: docs.map((doc) => cosine(query, doc)) }
    })
  }
}

/** The vectors have unit length, so the sum of products is all. */
function cosine(query: EncodedText | undefined, { vector }: EncodedText): number {
  return vector.reduce((sum, value, n) => sum + value * (query?.vector[n] ?? 0), 0)
}

const server = new Server({ timeoutMs: 30_000 })
server.appendWorker(Rerank, { maxBatchSize: 8 })
await server.run()
