/** A client of server-sent events that reads them one by one. */

import type { Program } from 'mosec/testing'

/** How to ask. */
export interface StreamRequest {
  readonly path?: string
  /** `text/event-stream` when left out. */
  readonly accept?: string
}

/** An answer that is still coming. */
export class EventStream {
  readonly status: number
  readonly headers: Headers
  readonly #reader: ReadableStreamDefaultReader<string> | undefined
  readonly #leaving: AbortController
  #unread = ''

  constructor(response: Response, leaving: AbortController) {
    this.status = response.status
    this.headers = response.headers
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    this.#leaving = leaving
  }

  /** The next event, without the empty line behind it; undefined at the end. */
  async next(): Promise<string | undefined> {
    let event = await this.nextBlock()
    while (event?.startsWith(':')) event = await this.nextBlock()
    return event
  }

  /** The next event or comment. */
  async nextBlock(): Promise<string | undefined> {
    for (;;) {
      const end = this.#unread.indexOf('\n\n')
      if (end !== -1) {
        const event = this.#unread.slice(0, end)
        this.#unread = this.#unread.slice(end + 2)
        return event
      }
      const chunk = await this.#reader?.read()
      if (chunk === undefined || chunk.done) return undefined
      this.#unread += chunk.value
    }
  }

  /** Every event that is still to come. */
  async rest(): Promise<string[]> {
    const events: string[] = []
    for (let event = await this.next(); event !== undefined; event = await this.next()) events.push(event)
    return events
  }

  /** All of a plain answer. */
  async text(): Promise<string> {
    let text = ''
    for (let chunk = await this.#reader?.read(); chunk?.done === false; chunk = await this.#reader?.read()) {
      text += chunk.value
    }
    return text
  }

  /** Closes the connection. */
  leave(): void {
    this.#leaving.abort()
    // What was being read ends with the abort.
    this.#reader?.cancel().catch(() => {})
  }
}

/** Posts JSON and resolves when the head of the answer is there. */
export async function openStream(
  program: Program,
  body: unknown,
  { path = '/one', accept = 'text/event-stream' }: StreamRequest = {},
): Promise<EventStream> {
  const leaving = new AbortController()
  const response = await fetch(`${program.url}${path}`, {
    method: 'POST',
    headers: { accept },
    body: JSON.stringify(body),
    signal: leaving.signal,
  })
  return new EventStream(response, leaving)
}

/** An event as it stands in the stream. */
export const message = (text: string): string => `event: message\ndata: ${text}`

/** The event that ends a stream that failed. */
export const failure = (status: string, text: string): string =>
  `event: error\ndata: SSE inference error: ${status}: ${text}`
