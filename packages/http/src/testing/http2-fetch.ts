/** `fetch` over one HTTP/2 connection with prior knowledge, by node's client. */

import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'

/** One connection. */
export class Http2Fetch {
  readonly session: ClientHttp2Session

  constructor(port: number) {
    this.session = connect(`http://127.0.0.1:${port}`)
    // A test that waits for an answer is told by its stream.
    this.session.on('error', () => {})
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { body, signal } = init
    const stream = this.session.request(headersOf(path, init), { endStream: body === undefined })
    signal?.addEventListener('abort', () => stream.close(constants.NGHTTP2_CANCEL))
    send(stream, body)
    return new Promise((resolve, reject) => {
      stream.once('response', (received) => resolve(responseOf(received, stream)))
      stream.once('close', () => reject(new Error(`no answer; the stream ended with ${stream.rstCode}`)))
    })
  }

  /** Ends the connection when its answers are read. */
  async close(): Promise<void> {
    if (this.session.destroyed) return
    this.session.close()
    if (!this.session.destroyed) await once(this.session, 'close')
  }
}

function headersOf(path: string, { method = 'GET', headers, body }: RequestInit): Record<string, string> {
  const length = body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}
  const given = Object.fromEntries(new Headers(headers))
  return { ':path': path, ':method': method, accept: '*/*', ...length, ...given }
}

function send(stream: ClientHttp2Stream, body: RequestInit['body']): void {
  // A refused body is reset; its answer is what counts.
  stream.on('error', () => {})
  if (body instanceof Uint8Array) stream.end(body)
  else if (body instanceof ReadableStream) Readable.fromWeb(body as NodeReadableStream).pipe(stream)
}

function responseOf(received: Record<string, string | string[] | undefined>, stream: Readable): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(received)) {
    if (!name.startsWith(':') && value !== undefined) headers.append(name, String(value))
  }
  const body = Readable.toWeb(stream) as ReadableStream<Uint8Array>
  return new Response(body, { status: Number(received[':status']), headers })
}
