/** Workers over plain text, the smallest codec there is. */

import {
  type Awaitable,
  BatchStreamWorker,
  BatchWorker,
  type Codec,
  DecodingError,
  EncodingError,
  type ForwardContext,
  StreamWorker,
  Worker,
} from '@mosec/core'

const utf8 = new TextEncoder()

/** Text as it is; `bad` does not decode, and a value that is no string does not encode. */
export const textCodec: Codec = {
  name: 'text',
  mimeTypes: ['text/plain'],
  encode(value) {
    if (typeof value !== 'string') throw new EncodingError(`expected a string, got ${typeof value}`)
    return utf8.encode(value)
  },
  decode(bytes) {
    const text = Buffer.from(bytes).toString()
    if (text === 'bad') throw new DecodingError('bad text')
    if (text === 'bug') throw new TypeError('a bug in the codec')
    return text
  },
}

export class TextWorker extends Worker<string, unknown> {
  override codecs = [textCodec]
  readonly #compute: (text: string, context: ForwardContext) => unknown

  constructor(compute: (text: string, context: ForwardContext) => unknown = (text) => text.toUpperCase()) {
    super()
    this.#compute = compute
  }

  override forward(text: string, context: ForwardContext): unknown {
    return this.#compute(text, context)
  }
}

export class TextBatchWorker extends BatchWorker<string, unknown> {
  override codecs = [textCodec]
  readonly calls: string[][] = []
  readonly #compute: (texts: string[], context: ForwardContext) => Awaitable<unknown[]>

  constructor(compute: (texts: string[], context: ForwardContext) => Awaitable<unknown[]> = upperAll) {
    super()
    this.#compute = compute
  }

  override forward(texts: string[], context: ForwardContext): Awaitable<unknown[]> {
    this.calls.push([...texts])
    return this.#compute(texts, context)
  }
}

export class TextStreamWorker extends StreamWorker<string> {
  override codecs = [textCodec]
  readonly #compute: (text: string, context: ForwardContext) => AsyncIterable<string>

  constructor(compute: (text: string, context: ForwardContext) => AsyncIterable<string>) {
    super()
    this.#compute = compute
  }

  override forward(text: string, context: ForwardContext): AsyncIterable<string> {
    return this.#compute(text, context)
  }
}

export class TextBatchStreamWorker extends BatchStreamWorker<string> {
  override codecs = [textCodec]
  readonly #compute: (texts: string[], context: ForwardContext) => AsyncIterable<string>[]

  constructor(compute: (texts: string[], context: ForwardContext) => AsyncIterable<string>[]) {
    super()
    this.#compute = compute
  }

  override forward(texts: string[], context: ForwardContext): AsyncIterable<string>[] {
    return this.#compute(texts, context)
  }
}

const upperAll = (texts: string[]): string[] => texts.map((text) => text.toUpperCase())
