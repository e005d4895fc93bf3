/** Says no to a client that is still sending, so that it reads the answer before the connection ends. */

import { constants, Http2ServerResponse } from 'node:http2'
import type { Clock } from '@mosec/core'
import type { Answer } from './answer.ts'
import {
  endConnectionAfter,
  type NodeRequest,
  type NodeResponse,
  writeAll,
  writeHead,
} from './node-messages.ts'

/** Longest time in which the rest of a refused body is thrown away, in milliseconds. */
export const LINGER_MS = 1000

/**
 * Sends the answer at once and closes the connection when the body has ended, at the latest after `LINGER_MS`.
 * Closing at once would lose the answer: a socket that is closed with unread data resets the connection. With HTTP/2
 * only the stream ends, and the answer is whole at once; curl still takes an early end for a failure.
 */
export function answerAndLinger(
  request: NodeRequest,
  response: NodeResponse,
  answer: Answer,
  clock: Clock,
): void {
  const isHttp2 = response instanceof Http2ServerResponse
  endConnectionAfter(response)
  writeHead(response, answer.status, answer.headers)
  writeAll(response, answer.body)
  const finish = (): void => {
    timer.cancel()
    response.end()
  }
  const giveUp = (): void => {
    timer.cancel()
    if (isHttp2) response.stream.close(constants.NGHTTP2_NO_ERROR)
    else response.end()
  }
  const timer = clock.after(LINGER_MS, giveUp)
  request.once('end', finish)
  request.once('close', giveUp)
  request.resume()
}
