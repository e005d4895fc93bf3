/** Texts to vectors, tokenizer and model together: `@mosec/server/sentence-encoder`, for the examples. */

import { TimeoutError, type WorkerContext } from '@mosec/core'
import { embedTexts } from './embed-texts.ts'
import { dimensions } from './messages.ts'
import { SentenceModel } from './sentence-model.ts'
import { loadTokenizer, type Tokenize } from './tokenizer.ts'

/** What the model makes of a text. */
export interface EncodedText {
  /** 512 numbers. */
  readonly vector: Float32Array
  /** Tokens that the model read, 128 at most. */
  readonly tokenCount: number
}

/**
 * English texts as vectors of 512 numbers and unit length, so that the dot product of two is their cosine.
 *
 * A worker holds one: `setup` in its own `setup`, `encode` in `forward`.
 */
export class SentenceEncoder {
  readonly #model = new SentenceModel()
  #tokenize: Tokenize | undefined

  /**
   * Loads vocabulary and weights, and warms the model up.
   * @throws StartError (`start_error`) when the model's package is missing.
   */
  async setup(context: WorkerContext): Promise<void> {
    this.#tokenize = loadTokenizer()
    await this.#model.setup(context)
  }

  /**
   * One result for each text, in an array that is the caller's. At most 16 texts are computed at a time, like lengths together.
   * @throws TimeoutError (`stage_timeout`) when `signal` was aborted before the end.
   */
  async encode(texts: readonly string[], signal: AbortSignal): Promise<EncodedText[]> {
    const tokens = texts.map((text) => this.#tokens(text))
    const vectors = await embedTexts(this.#model, tokens, signal)
    if (vectors === undefined) throw new TimeoutError('the texts were not all embedded in time')
    return tokens.map(({ length }, n) => ({
      vector: vectors.subarray(n * dimensions, (n + 1) * dimensions),
      tokenCount: length,
    }))
  }

  /** Frees the model. */
  teardown(): void {
    this.#model.teardown()
  }

  // Blank text has no tokens; the model needs one, so it gets the one that means "unknown".
  #tokens(text: string): Int32Array {
    const tokens = this.#tokenize?.(text) ?? new Int32Array()
    return tokens.length > 0 ? tokens : Int32Array.of(0)
  }
}
