/** Histograms of texts: long requests and long answers, which compress well. Run it with `--compression`. */

import { Server, ValidationError, Worker } from 'mosec'

class CountWords extends Worker<{ text: unknown }, Record<string, number>> {
  override example = { text: 'a rose is a rose' }

  override forward({ text }: { text: unknown }): Record<string, number> {
    if (typeof text !== 'string') throw new ValidationError(`text must be a string, got ${typeof text}`)
    const counts = new Map<string, number>()
    for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1)
    }
    return Object.fromEntries(counts)
  }
}

// The flag and MOSEC_COMPRESSION still win: `--no-compression` turns it off.
const server = new Server({ isCompressionOn: true })
server.appendWorker(CountWords)
await server.run()
