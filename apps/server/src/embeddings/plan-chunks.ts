/** Which texts the model computes together. */

/** The model pads a chunk to its longest text; its time and memory follow this product. */
const maxPaddedTokens = 256
/** Longer chunks of short texts gain nothing more (measured on wasm, see the README). */
const maxTexts = 16

/**
 * Cuts the texts of a whole batch into chunks of like length, so that short ones are not padded to long ones and the
 * memory of one run stays bounded however many texts a request holds.
 * @param lengths tokens in each text.
 * @returns indices into `lengths`; each index once.
 */
export function planChunks(lengths: readonly number[]): number[][] {
  const chunks: number[][] = []
  let chunk: number[] = []
  for (const index of indicesByLength(lengths)) {
    const paddedTokens = (chunk.length + 1) * (lengths[index] ?? 0)
    if (chunk.length === maxTexts || (chunk.length > 0 && paddedTokens > maxPaddedTokens)) {
      chunks.push(chunk)
      chunk = []
    }
    chunk.push(index)
  }
  return chunk.length === 0 ? chunks : [...chunks, chunk]
}

function indicesByLength(lengths: readonly number[]): number[] {
  return lengths.map((_, index) => index).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0))
}
