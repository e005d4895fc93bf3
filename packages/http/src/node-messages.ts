/** Requests and responses of both protocols, and the few points where node's two classes differ. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'

/** A request of HTTP/1 or HTTP/2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** A response of HTTP/1 or HTTP/2. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/** @param headers names and values in turn; those that HTTP/2 forbids are left out there. */
export function writeHead(response: NodeResponse, status: number, headers: string[]): void {
  if (response instanceof Http2ServerResponse) response.writeHead(status, http2Headers(headers))
  else response.writeHead(status, headers)
}

/** Sends the head now, before there is a body; HTTP/2 does so anyway. */
export function flushHead(response: NodeResponse): void {
  if (!(response instanceof Http2ServerResponse)) response.flushHeaders()
}

/** The connection ends after this answer. HTTP/2 says so to the whole connection, by GOAWAY. */
export function endConnectionAfter(response: NodeResponse): void {
  if (response instanceof Http2ServerResponse) return
  response.shouldKeepAlive = false
  ending.add(response.req.socket)
}

/** An answer that ends the connection was given: RFC 9112, section 9.6, forbids to serve what comes behind it. */
export const isEnding = (socket: Socket): boolean => ending.has(socket)

const ending = new WeakSet<Socket>()

/**
 * Ends an answer. A short body of HTTP/1 is given as a string, which node joins with the head, and sent before `end`
 * adds its empty last piece: one plain write instead of a list of three (a seventh of all that `node:http` costs).
 */
export function endWith(response: NodeResponse, body: Uint8Array): void {
  if (body.byteLength > SHORT_BYTES || response instanceof Http2ServerResponse || response.socket === null) {
    response.end(body)
    return
  }
  response.write(bufferOf(body).toString('latin1'), 'latin1')
  response.socket.uncork()
  response.end()
}

/** Head and body of that size fit the memory that node keeps for writing strings (16 KiB). */
const SHORT_BYTES = 8_192

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/**
 * Writes all of a body; an answer of HTTP/1 stays open. The client may then leave in the middle of its own body: it has
 * what it asked for.
 */
export function writeAll(response: NodeResponse, body: Uint8Array): void {
  if (response instanceof Http2ServerResponse) {
    const { stream } = response
    response.end(body, () => {
      if (stream.session?.destroyed === false) handedOver.add(response)
    })
    return
  }
  response.write(body, (error) => {
    if (!error) handedOver.add(response)
  })
}

/** Answers that the socket took before they were ended. */
const handedOver = new WeakSet<NodeResponse>()

/** In its `close` event: did all of the answer go out? */
export function wasCompleted(response: NodeResponse): boolean {
  if (handedOver.has(response)) return true
  // Node calls an answer finished also when its connection broke under it.
  if (!(response instanceof Http2ServerResponse)) {
    return response.writableFinished && !response.req.socket.destroyed
  }
  const { stream, writableEnded } = response
  // Node ends the streams of a connection that broke, and calls them finished without a code.
  return writableEnded && stream.writableFinished && stream.rstCode === constants.NGHTTP2_NO_ERROR
}

/** Has the client left, or was its stream closed? Node then ends an HTTP/2 body as if that were all of it. */
export function hasLeft(request: NodeRequest): boolean {
  if (!(request instanceof Http2ServerRequest)) return request.socket.destroyed
  return request.stream.closed || request.stream.destroyed
}

/** RFC 9113, section 8.2.2: about a connection, which belongs to many answers. */
const FORBIDDEN = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

function http2Headers(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let index = 0; index < flat.length; index += 2) {
    const name = flat[index] ?? ''
    if (!FORBIDDEN.has(name)) headers[name] = flat[index + 1] ?? ''
  }
  return headers
}
