/** Last stage of `/v1/embeddings`: the answer as OpenAI's API words it. */

import { JsonMixin } from '@mosec/codec-json'
import { Worker } from '@mosec/core'
import { dimensions, type EmbeddedTexts } from './messages.ts'
import { modelName } from './model-package.ts'

/** One text's embedding. */
export interface Embedding {
  readonly object: 'embedding'
  readonly index: number
  /** Numbers, or the base64 of little-endian 32-bit floats. */
  readonly embedding: readonly number[] | string
}

/** The whole answer. */
export interface EmbeddingResponse {
  readonly object: 'list'
  readonly data: readonly Embedding[]
  readonly model: string
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number }
}

/** Takes what `embed` computed. */
export default class FormatWorker extends JsonMixin(Worker)<EmbeddedTexts, EmbeddingResponse> {
  override forward({ vectors, tokenCount, encodingFormat }: EmbeddedTexts): EmbeddingResponse {
    const write = encodingFormat === 'base64' ? toBase64 : toNumbers
    const data = Array.from({ length: vectors.length / dimensions }, (_, index) => {
      const vector = vectors.subarray(index * dimensions, (index + 1) * dimensions)
      return { object: 'embedding' as const, index, embedding: write(vector) }
    })
    return {
      object: 'list',
      data,
      model: modelName,
      usage: { prompt_tokens: tokenCount, total_tokens: tokenCount },
    }
  }
}

const toNumbers = (vector: Float32Array): number[] => Array.from(vector)

// Node runs on little-endian machines, bar s390x; typed arrays have the machine's order.
function toBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}
