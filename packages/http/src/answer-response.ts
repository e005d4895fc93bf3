/** Our answers as web responses, which the user's middleware may read and change. */

import type { Answer } from './answer.ts'

/** A web response that still has its bytes at hand, so that node's side need not read them back from a stream. */
export class AnswerResponse extends Response {
  /** Private, since a web response has a method `bytes` of its own. */
  readonly #body: Uint8Array

  /** @param body null where a subclass gives the bytes to those who ask. */
  constructor(answer: Answer, body: Uint8Array<ArrayBuffer> | null = new Uint8Array(answer.body)) {
    super(body, { status: answer.status, headers: headersOf(answer) })
    this.#body = answer.body
  }

  /** The bytes of an answer of ours; undefined for any other response. */
  static bytesOf(response: Response): Uint8Array | undefined {
    return #body in response ? response.#body : undefined
  }
}

/**
 * The same for an answer that goes to a socket, where mostly nobody reads it as a web response: its body becomes a
 * stream when somebody asks for it. That stream is a third of what a request through Hono costs.
 */
export class LazyAnswerResponse extends AnswerResponse {
  #full: Response | undefined

  constructor(answer: Answer) {
    super(answer, null)
  }

  /** With a body of its own. */
  full(): Response {
    // A copy, since a web response owns its body.
    this.#full ??= new Response(new Uint8Array(AnswerResponse.bytesOf(this) ?? []), this)
    return this.#full
  }

  /** Somebody has taken the bytes. */
  isTaken(): boolean {
    return this.#full?.bodyUsed ?? false
  }
}

// By descriptors, since the library's types have these as properties, which a class cannot override by accessors.
Object.defineProperties(LazyAnswerResponse.prototype, {
  body: { get: bodyOf },
  bodyUsed: { get: isTaken },
  clone: { value: cloneOf },
  ...Object.fromEntries(['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'].map(readerOf)),
})

function bodyOf(this: LazyAnswerResponse): Response['body'] {
  return this.full().body
}

function isTaken(this: LazyAnswerResponse): boolean {
  return this.isTaken()
}

/** Headers are those of now: a middleware may have changed them since. */
function cloneOf(this: LazyAnswerResponse): Response {
  return new Response(this.full().clone().body, this)
}

function readerOf(name: string): [string, PropertyDescriptor] {
  const value = function (this: LazyAnswerResponse): unknown {
    const full = this.full()
    return Reflect.apply(Reflect.get(full, name), full, [])
  }
  return [name, { value }]
}

/** `connection` is not for web responses: node's side sets it. */
function headersOf({ headers: flat }: Answer): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index < flat.length; index += 2) {
    const name = flat[index] ?? ''
    if (name !== 'connection') pairs.push([name, flat[index + 1] ?? ''])
  }
  return pairs
}
