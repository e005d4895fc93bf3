/** Answers to bytes that node could not parse as a request, or that came too slowly. */

import type { Duplex } from 'node:stream'
import { presentAnswer } from './connections.ts'
import { statusText } from './statuses.ts'

const statusByCode: ReadonlyMap<string, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
])

/**
 * Says what node would say, with our `server` header, and ends the connection. Whole requests that came before are
 * answered first: the client would take our no for the answer to them.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, serverHeader: string): void {
  const present = presentAnswer(socket)
  if (present?.req.complete) {
    // Whatever comes on such a connection is an error again.
    if (ending.has(socket)) return
    ending.add(socket)
    present.once('close', () => {
      ending.delete(socket)
      answerClientError(error, socket, serverHeader)
    })
    return
  }
  if (!socket.writable || error.code === 'ECONNRESET' || hasBegunAnswer(socket)) {
    socket.destroy()
    return
  }
  const status = isTargetTooLong(error) ? 414 : (statusByCode.get(error.code ?? '') ?? 400)
  const text = statusText(status).toLowerCase()
  const head = [
    `HTTP/1.1 ${status} ${statusText(status)}`,
    `server: ${serverHeader}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${text.length}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
}

/** Connections that end after the answers that they wait for. */
const ending = new WeakSet<Duplex>()

/** A head that is too large within its first line. Where that line came in several pieces, it is 431. */
function isTargetTooLong(error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): boolean {
  const { code, rawPacket } = error
  return (
    code === 'HPE_HEADER_OVERFLOW' &&
    rawPacket !== undefined &&
    TARGET_ONLY.test(rawPacket.toString('latin1'))
  )
}

/** More target than node reads of a whole head. */
const TARGET_ONLY = /^[A-Z]+ [^\r\n]{16000}/

/** A status line in the middle of another answer would spoil that one. */
function hasBegunAnswer(socket: Duplex): boolean {
  return presentAnswer(socket)?.headersSent ?? false
}
