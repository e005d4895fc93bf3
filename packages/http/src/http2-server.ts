/** The HTTP/2 half of a port: node's server for cleartext connections, fed with connections by hand. */

import {
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Clock } from '@mosec/core'
import { textAnswer } from './answer.ts'
import { writeHead } from './node-messages.ts'
import type { Dispatch, Protocol } from './protocol.ts'

/** Options of {@link createHttp2}. */
export interface Http2Options {
  readonly dispatch: Dispatch
  readonly serverHeader: string
  readonly clock: Clock
  /** Time for a whole request, in milliseconds; then 408. */
  readonly requestTimeoutMs: number
  /** Time for which an idle connection is kept, in milliseconds. */
  readonly keepAliveMs: number
}

/** HTTP/2, which besides can ask its clients to leave. */
export interface Http2Protocol extends Protocol {
  /** Asks all for no more streams, those to come as well; what they send meanwhile is still served. */
  announceEnd(): void
  /** GOAWAY to all: their open streams end first. */
  drain(): void
}

/**
 * Bounds for one connection. Frames that make work but bring nothing (resets, settings, pings, empty ones) are counted
 * by nghttp2, which ends a connection that sends too many.
 */
const SETTINGS = {
  maxConcurrentStreams: 256,
  maxHeaderListSize: 16 * 1024,
  // The default of 64 KiB allows one megabyte a second when the round trip takes 60 ms.
  initialWindowSize: 1024 * 1024,
  enablePush: false,
} as const
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024
const MAX_STREAM_ID = 2 ** 31 - 1
/** What node may hold for one connection in megabytes: answers that are written and not yet read count too. */
const MAX_SESSION_MEMORY_MB = 64

/** A server that never listens itself. */
export function createHttp2(options: Http2Options): Http2Protocol {
  const sessions = new Set<ServerHttp2Session>()
  let isEnding = false
  const server = createServer({ settings: SETTINGS, maxSessionMemory: MAX_SESSION_MEMORY_MB })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    // Not before its first answer: clients that have sent nothing yet take it for a refusal, and node's client (20 to
    // 24) never closes when it comes in one packet with the last of an answer.
    session.once('stream', (stream) => {
      stream.once('close', () => {
        if (isEnding) announceEnd(session)
      })
    })
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    // Said again after each further silence; streams that are open end by themselves.
    session.setTimeout(options.keepAliveMs)
    session.on('timeout', () => session.close())
  })
  const accept = (request: Http2ServerRequest, response: Http2ServerResponse, expects: boolean): void => {
    limitTime(request, response, options)
    // Nothing moved: an answer that lies ready is not read. One that is not ready yet may take its time.
    request.stream.setTimeout(options.requestTimeoutMs)
    request.stream.on('timeout', () => {
      if (request.stream.writableLength > 0) request.stream.close(constants.NGHTTP2_CANCEL)
    })
    options.dispatch(request, response, expects)
  }
  server.on('request', (request, response) => accept(request, response, false))
  server.on('checkContinue', (request, response) => accept(request, response, true))
  return {
    accept(socket: Socket) {
      // A connection of HTTP/2 has no half: the end of one side ends its streams.
      socket.allowHalfOpen = false
      server.emit('connection', socket)
    },
    announceEnd: () => {
      isEnding = true
      for (const session of sessions) announceEnd(session)
    },
    drain: () => {
      for (const session of sessions) session.close()
    },
    stop: () => {},
  }
}

/**
 * The first of two GOAWAYs (RFC 9113, section 6.8): it refuses no stream, so that none is lost that is under way. A
 * client that heeds it ends the connection when its streams have ended.
 */
function announceEnd(session: ServerHttp2Session): void {
  if (session.destroyed || session.closed) return
  session.goaway(constants.NGHTTP2_NO_ERROR, MAX_STREAM_ID)
}

/** A body that does not end in time: 408, unless the answer has begun. */
function limitTime(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  { clock, requestTimeoutMs, serverHeader }: Http2Options,
): void {
  if (request.stream.endAfterHeaders) return
  const timer = clock.after(requestTimeoutMs, () => {
    if (!response.headersSent) {
      const answer = textAnswer(408, 'request timeout', serverHeader)
      writeHead(response, answer.status, answer.headers)
      response.end(answer.body)
    }
    request.stream.close(constants.NGHTTP2_NO_ERROR)
  })
  const done = (): void => timer.cancel()
  request.once('end', done)
  request.once('close', done)
}
