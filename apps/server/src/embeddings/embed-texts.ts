/** Many texts through the model, a bounded number at a time. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { dimensions } from './messages.ts'
import { planChunks } from './plan-chunks.ts'
import type { SentenceModel } from './sentence-model.ts'

/**
 * Computes the texts in chunks of like length. The event loop gets its turn before each: wasm computes without one, and
 * the message that aborts `signal` comes through it.
 * @param texts token numbers of each.
 * @param signal nobody waits any more: the rest is not computed.
 * @returns vectors, shape [texts, 512]; undefined when `signal` was aborted before the end.
 */
export async function embedTexts(
  model: Pick<SentenceModel, 'forward'>,
  texts: readonly Int32Array[],
  signal: AbortSignal,
): Promise<Float32Array | undefined> {
  const vectors = new Float32Array(texts.length * dimensions)
  for (const chunk of planChunks(texts.map(({ length }) => length))) {
    await nextTurn()
    if (signal.aborted) return undefined
    const rows = await model.forward(chunk.map((index) => texts[index] ?? new Int32Array()))
    rows.forEach((row, n) => {
      if (row instanceof Error) throw row
      vectors.set(row, (chunk[n] ?? 0) * dimensions)
    })
  }
  return vectors
}
