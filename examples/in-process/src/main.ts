/** Which two sentences use the same letters? A pipeline without a port: values in, values out. */

import { MosecError, Server } from 'mosec'

const given = process.argv.slice(2)
const sentences =
  given.length > 0 ? given : ['listen to the enlist', 'silent hotel tents', 'brown foxes', '123']

// Named by module, so that this file does not run again in each replica.
const server = new Server({ logLevel: 'warning' })
server.appendWorker(new URL('./count-letters.js', import.meta.url))
server.appendWorker(new URL('./to-unit-length.js', import.meta.url), { maxBatchSize: 64 })
await server.start()

// Ctrl-C takes back what is not computed yet.
const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort(new Error('stopped by the user')))

/** The letters of a text as a vector of length 1; undefined for a text that the pipeline refuses. */
async function vectorOf(text: string): Promise<Float32Array | undefined> {
  try {
    const vector = await server.submit('/inference', text, { signal: stopping.signal, timeoutMs: 5000 })
    return vector as Float32Array
  } catch (error) {
    if (!(error instanceof MosecError)) throw error
    console.log(`${JSON.stringify(text)} is left out: ${error.message} (${error.code})`)
    return undefined
  }
}

// Submitted side by side, so that they meet in batches.
const vectors = await Promise.all(sentences.map(vectorOf))
await server.close()

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)
const pairs = vectors.flatMap((a, i) =>
  vectors.slice(0, i).flatMap((b, j) => (a && b ? [{ i, j, likeness: dot(a, b) }] : [])),
)
const [best] = pairs.sort((a, b) => b.likeness - a.likeness)
if (best) console.log(`most alike: ${sentences[best.j]} / ${sentences[best.i]} (${best.likeness.toFixed(3)})`)
