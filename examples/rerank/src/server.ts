/** Which document answers the query best? The documents of all waiting requests are scored together. */

import { json } from '@mosec/codec-json'
import { msgpack } from '@mosec/codec-msgpack'
import { type EncodedText, SentenceEncoder } from '@mosec/server/sentence-encoder'
import { BatchWorker, type ForwardContext, Server, ValidationError, type WorkerContext } from 'mosec'
import { z } from 'zod'

const Request = z.object({
  query: z.string().min(1),
  docs: z.array(z.string().min(1)).min(1).max(256),
})

interface Scores {
  /** One for each document, in their order; 1 at most. */
  readonly scores: number[]
}

class Rerank extends BatchWorker<unknown, Scores> {
  override codecs = [json(), msgpack()]
  override example = [{ query: 'age', docs: ['How old are you?'] }]
  readonly #encoder = new SentenceEncoder()

  override setup(context: WorkerContext): Promise<void> {
    return this.#encoder.setup(context)
  }

  override async forward(bodies: unknown[], { signal }: ForwardContext): Promise<(Scores | Error)[]> {
    const requests = bodies.map((body) => Request.safeParse(body))
    const texts = requests.flatMap(({ data }) => (data ? [data.query, ...data.docs] : []))
    const encoded = await this.#encoder.encode(texts, signal)
    return requests.map(({ data, error }) => {
      if (error) return complaint(error)
      const [query, ...docs] = encoded.splice(0, 1 + data.docs.length)
      return { scores: docs.map((doc) => cosine(query, doc)) }
    })
  }
}

/** The vectors have unit length, so the sum of products is all. */
function cosine(query: EncodedText | undefined, { vector }: EncodedText): number {
  return vector.reduce((sum, value, n) => sum + value * (query?.vector[n] ?? 0), 0)
}

/** Names each field with what was expected. */
function complaint({ issues }: z.ZodError): ValidationError {
  const wrong = issues.map(({ path, message }) => `${z.core.toDotPath(path) || 'body'}: ${message}`)
  return new ValidationError(wrong.join('; '))
}

const server = new Server({ timeoutMs: 30_000 })
server.appendWorker(Rerank, { maxBatchSize: 8 })
await server.run()
