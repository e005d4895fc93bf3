/** The answer of both servers of texts. */

import type { EncodedText } from '@mosec/server/sentence-encoder'

/** 512 numbers. */
export interface Embedding {
  readonly embedding: readonly number[]
}

/** As JSON will have it. */
export const embeddingOf = ({ vector }: EncodedText): Embedding => ({ embedding: Array.from(vector) })
