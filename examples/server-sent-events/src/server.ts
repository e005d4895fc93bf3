/** A text is streamed back word by word, as a language model answers token by token. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BatchStreamWorker, type ForwardContext, Server, ValidationError, Worker } from 'mosec'

class Preprocess extends Worker<{ text?: unknown }, string[]> {
  override example = { text: 'warm up' }

  override forward({ text }: { text?: unknown }): string[] {
    if (typeof text !== 'string') throw new ValidationError('text is required')
    return text.split(/\s+/)
  }
}

class Speak extends BatchStreamWorker<string[]> {
  override example = [['warm', 'up']]

  // One stream per text; the streams of a batch run side by side.
  override forward(texts: string[][], { signal }: ForwardContext): AsyncIterable<string>[] {
    return texts.map((words) => speak(words, signal))
  }
}

async function* speak(words: string[], signal: AbortSignal): AsyncGenerator<string> {
  for (const word of words) {
    // The model's work. It stops when nobody listens any more.
    await sleep(50, undefined, { signal })
    if (/\d/.test(word)) throw new ValidationError(`cannot say ${word}`)
    yield word
  }
}

const server = new Server()
server.appendWorker(Preprocess)
server.appendWorker(Speak, { maxBatchSize: 8 })
await server.run()
