/** What the stages of `/v1/embeddings` hand to each other. */

/** Length of an embedding. */
export const dimensions = 512

/** Tokenize to embed. Flat arrays, because thousands of small ones are slow to clone. */
export interface TokenizedTexts {
  /** Token numbers of all texts, one after the other. */
  readonly ids: Int32Array
  /** Tokens in each text, at least 1. */
  readonly lengths: Int32Array
  readonly encodingFormat: 'float' | 'base64'
}

/** Embed to format. */
export interface EmbeddedTexts {
  /** Shape [texts, 512]. */
  readonly vectors: Float32Array
  readonly tokenCount: number
  readonly encodingFormat: 'float' | 'base64'
}
