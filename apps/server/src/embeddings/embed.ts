/** Second stage of `/v1/embeddings`: the model. */

import {
  type BatchResult,
  BatchWorker,
  type ForwardContext,
  TimeoutError,
  type WorkerContext,
} from '@mosec/core'
import { embedTexts } from './embed-texts.ts'
import { dimensions, type EmbeddedTexts, type TokenizedTexts } from './messages.ts'
import { SentenceModel } from './sentence-model.ts'

/** Computes the texts of all requests of a batch together, a bounded number at a time. */
export default class EmbedWorker extends BatchWorker<TokenizedTexts, EmbeddedTexts> {
  readonly #model = new SentenceModel()

  override setup(context: WorkerContext): Promise<void> {
    return this.#model.setup(context)
  }

  override teardown(): void {
    this.#model.teardown()
  }

  override async forward(
    requests: TokenizedTexts[],
    { signal }: Pick<ForwardContext, 'signal'>,
  ): Promise<BatchResult<EmbeddedTexts>> {
    const vectors = await embedTexts(this.#model, requests.flatMap(textsOf), signal)
    if (vectors === undefined)
      return requests.map(() => new TimeoutError('the texts were not all embedded in time'))
    return splitByRequest(requests, vectors)
  }
}

function textsOf({ ids, lengths }: TokenizedTexts): Int32Array[] {
  let start = 0
  return Array.from(lengths, (length) => {
    start += length
    return ids.subarray(start - length, start)
  })
}

function splitByRequest(requests: readonly TokenizedTexts[], vectors: Float32Array): EmbeddedTexts[] {
  let start = 0
  return requests.map(({ ids, lengths, encodingFormat }) => {
    const end = start + lengths.length * dimensions
    const own = vectors.subarray(start, end)
    start = end
    return { vectors: own, tokenCount: ids.length, encodingFormat }
  })
}
