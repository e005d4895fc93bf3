/** OpenAI's embeddings API: the texts of all waiting requests go through the model together. */

import { type EncodedText, SentenceEncoder } from '@mosec/server/sentence-encoder'
import { BatchWorker, type ForwardContext, Server, ValidationError, type WorkerContext } from 'mosec'
import { z } from 'zod'

const model = 'universal-sentence-encoder-lite'

const Request = z.object({
  input: z.preprocess(
    (input) => (typeof input === 'string' ? [input] : input),
    z.array(z.string().min(1)).min(1).max(256),
  ),
  encoding_format: z.enum(['float', 'base64']).default('float'),
})
type Format = z.infer<typeof Request>['encoding_format']

class Embed extends BatchWorker<unknown, object> {
  override example = [{ input: 'How old are you?' }]
  readonly #encoder = new SentenceEncoder()

  override setup(context: WorkerContext): Promise<void> {
    return this.#encoder.setup(context)
  }

  override async forward(bodies: unknown[], { signal }: ForwardContext): Promise<(object | Error)[]> {
    const requests = bodies.map((body) => Request.safeParse(body))
    const texts = requests.flatMap(({ data }) => data?.input ?? [])
    const encoded = await this.#encoder.encode(texts, signal)
    // Each request takes its own from the front; a bad one takes none and fails alone.
    return requests.map(({ data, error }) =>
      error === undefined
        ? answer(encoded.splice(0, data.input.length), data.encoding_format)
        : complaint(error),
    )
  }
}

function answer(encoded: EncodedText[], format: Format): object {
  const tokens = encoded.reduce((sum, { tokenCount }) => sum + tokenCount, 0)
  return {
    object: 'list',
    data: encoded.map(({ vector }, index) => ({
      object: 'embedding',
      index,
      embedding: write(vector, format),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

function write(vector: Float32Array, format: Format): number[] | string {
  if (format === 'float') return Array.from(vector)
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** Names each field with what was expected. */
function complaint({ issues }: z.ZodError): ValidationError {
  const wrong = issues.map(({ path, message }) => `${z.core.toDotPath(path) || 'body'}: ${message}`)
  return new ValidationError(wrong.join('; '))
}

const server = new Server({ timeoutMs: 30_000 })
server.appendWorker(Embed, { route: '/v1/embeddings', maxBatchSize: 8 })
await server.run()
