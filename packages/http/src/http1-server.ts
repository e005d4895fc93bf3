/** The HTTP/1 half of a port: node's server, fed with connections by hand. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { textAnswer } from './answer.ts'
import { answerClientError } from './client-error.ts'
import type { Dispatch, Protocol } from './protocol.ts'

/** Options of {@link createHttp1}. */
export interface Http1Options {
  readonly dispatch: Dispatch
  readonly serverHeader: string
  /** Time for a request's head, in milliseconds. */
  readonly headersTimeoutMs: number
  /** Time for a whole request, in milliseconds; then 408. */
  readonly requestTimeoutMs: number
  /** Time for which an idle connection is kept, in milliseconds. */
  readonly keepAliveMs: number
}

/** Longest request target in bytes, then 414; a whole head may have node's 16 KiB, then 431. */
const MAX_TARGET_BYTES = 8 * 1024
/** How often node looks for requests that take too long, in milliseconds. */
const MAX_CHECK_MS = 5000

/** A server that never listens itself. */
export function createHttp1(options: Http1Options): Protocol {
  const { dispatch, serverHeader, requestTimeoutMs } = options
  const server = createServer({
    keepAliveTimeout: options.keepAliveMs,
    headersTimeout: Math.min(options.headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(MAX_CHECK_MS, requestTimeoutMs),
    // Node would answer it itself, without our headers.
    requireHostHeader: false,
  })
  const accept = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    const problem = problemOf(request)
    if (problem === undefined) dispatch(request, response, expectsContinue)
    else sendText(response, problem, serverHeader)
  }
  server.on('request', (request, response) => accept(request, response, false))
  server.on('checkContinue', (request, response) => accept(request, response, true))
  server.on('checkExpectation', (_request, response) => sendText(response, 417, serverHeader))
  server.on('clientError', (error, socket) => answerClientError(error, socket, serverHeader))
  // Node starts its watch over slow requests when the server listens, which this one never does.
  server.emit('listening')
  return {
    accept: (socket: Socket) => server.emit('connection', socket),
    // Ends that watch; connections are ended elsewhere.
    stop: () => server.close(),
  }
}

const texts = {
  400: 'bad request: no host header',
  414: 'uri too long',
  417: 'expectation failed',
} as const

/** HTTP/1.1 demands a Host; older clients send none. */
function problemOf({ headers, httpVersion, url }: IncomingMessage): 400 | 414 | undefined {
  if (url !== undefined && url.length > MAX_TARGET_BYTES) return 414
  return headers.host === undefined && httpVersion === '1.1' ? 400 : undefined
}

function sendText(response: ServerResponse, status: keyof typeof texts, serverHeader: string): void {
  const answer = textAnswer(status, texts[status], serverHeader)
  response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}
