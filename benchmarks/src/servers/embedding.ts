/** What both servers of texts share: the answer, and where TensorFlow.js comes from. */

import type { EncodedText } from '@mosec/server/sentence-encoder'

/** The answer: 512 numbers. */
export interface Embedding {
  readonly embedding: readonly number[]
}

/** As JSON will have it. */
export const embeddingOf = ({ vector }: EncodedText): Embedding => ({ embedding: Array.from(vector) })

/** Works in the folder that `PROJECT` names, where runtimes look for packages first; replicas work there, too. */
export function enterProject(): void {
  const { PROJECT: folder } = process.env
  if (folder !== undefined) process.chdir(folder)
}
