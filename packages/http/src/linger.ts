/** Says no to a client that is still sending, so that it reads the answer before the connection ends. */

import { constants, Http2ServerResponse } from 'node:http2'
import type { Clock } from '@mosec/core'
import type { Answer } from './answer.ts'
import { type NodeRequest, type NodeResponse, writeHead } from './node-messages.ts'

/** Longest time in which the rest of a refused body is thrown away, in milliseconds. */
export const LINGER_MS = 1000

/**
 * Sends the answer at once and closes the connection when the body has ended, at the latest after `LINGER_MS`.
 * Closing at once would lose the answer: a socket that is closed with unread data resets the connection. HTTP/2 has a
 * reset for the one stream, which leaves the answer alone.
 */
export function answerAndLinger(
  request: NodeRequest,
  response: NodeResponse,
  answer: Answer,
  clock: Clock,
): void {
  if (response instanceof Http2ServerResponse) {
    writeHead(response, answer.status, answer.headers)
    response.end(answer.body)
    response.stream.close(constants.NGHTTP2_NO_ERROR)
    return
  }
  response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  response.write(answer.body)
  const finish = (): void => {
    timer.cancel()
    response.end()
  }
  const timer = clock.after(LINGER_MS, finish)
  request.once('end', finish)
  request.once('close', finish)
  request.resume()
}
