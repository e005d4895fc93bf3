/** First stage of `/v1/embeddings`: checks the request and turns its texts into tokens. */

import { JsonMixin } from '@mosec/codec-json'
import { ValidationError, Worker } from '@mosec/core'
import type { TokenizedTexts } from './messages.ts'
import { parseRequest } from './request.ts'
import { loadTokenizer, type Tokenize } from './tokenizer.ts'

/** What the model computes in a few seconds on one core of wasm; the requests of others wait so long. */
const maxRequestTokens = 8192

/** Takes an OpenAI embeddings request. */
export default class TokenizeWorker extends JsonMixin(Worker)<unknown, TokenizedTexts> {
  override example = { input: 'How old are you?' }
  #tokenize: Tokenize | undefined

  override setup(): void {
    this.#tokenize = loadTokenizer()
  }

  override forward(body: unknown): TokenizedTexts {
    const { texts, encodingFormat } = parseRequest(body)
    const tokens = this.#tokensOfAll(texts)
    const lengths = Int32Array.from(tokens, ({ length }) => length)
    return { ids: concatenate(tokens), lengths, encodingFormat }
  }

  // Stops at the first text too many: a body of ten megabytes must not keep this stage busy for seconds.
  #tokensOfAll(texts: readonly string[]): Int32Array[] {
    let tokenCount = 0
    return texts.map((text, index) => {
      const tokens = this.#tokensOf(text, texts.length === 1 ? 'input' : `input[${index}]`)
      tokenCount += tokens.length
      if (tokenCount <= maxRequestTokens) return tokens
      throw new ValidationError(
        `input: at most ${maxRequestTokens} tokens together, got ${tokenCount} in the first ${index + 1} texts; ` +
          'send fewer texts at a time',
      )
    })
  }

  #tokensOf(text: string, field: string): Int32Array {
    const tokens = this.#tokenize?.(text) ?? new Int32Array()
    if (tokens.length === 0) throw new ValidationError(`${field}: there is nothing but white space in it`)
    return tokens
  }
}

function concatenate(arrays: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(arrays.reduce((total, { length }) => total + length, 0))
  let start = 0
  for (const array of arrays) {
    all.set(array, start)
    start += array.length
  }
  return all
}
