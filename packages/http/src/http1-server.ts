/** The HTTP/1 half of a port: node's server, fed with connections by hand. */

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { textAnswer } from './answer.ts'
import { answerClientError } from './client-error.ts'
import { endSilent } from './connections.ts'
import { endConnectionAfter, isEnding } from './node-messages.ts'
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
/** Most header lines, then 431. Node's own limit would leave out the others without a word. */
const MAX_HEADERS = 256
/** How often node looks for requests that take too long, in milliseconds. */
const MAX_CHECK_MS = 5000

/** A server that never listens itself. */
export function createHttp1(options: Http1Options): Protocol {
  const { dispatch, serverHeader, requestTimeoutMs } = options
  const checkMs = Math.min(MAX_CHECK_MS, requestTimeoutMs)
  const server = createServer({
    keepAliveTimeout: options.keepAliveMs,
    headersTimeout: Math.min(options.headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: checkMs,
    // Node would answer it itself, without our headers.
    requireHostHeader: false,
    // As web requests have them; else node keeps the first of two, and others may heed the second.
    joinDuplicateHeaders: true,
  })
  server.maxHeadersCount = 0
  // Silence on a connection; later than the watch over slow requests, which has an answer. Without a listener node would
  // end connections that wait for their answers too.
  server.timeout = requestTimeoutMs + 2 * checkMs
  server.on('timeout', endSilent)
  const accept = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (isEnding(request.socket)) return
    const problem = problemOf(request)
    // Node drops what came behind such a head in one read: what follows may begin anywhere.
    if (request.headers.upgrade !== undefined) endConnectionAfter(response)
    if (problem === undefined) dispatch(request, response, expectsContinue)
    else sendText(response, problem, serverHeader)
  }
  server.on('request', (request, response) => accept(request, response, false))
  server.on('checkContinue', (request, response) => accept(request, response, true))
  server.on('checkExpectation', (request, response) => {
    if (!isEnding(request.socket)) sendText(response, 'unexpected', serverHeader)
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket, serverHeader))
  // Node starts its watch over slow requests when the server listens, which this one never does.
  server.emit('listening')
  return {
    accept: (socket: Socket) => server.emit('connection', socket),
    // Ends that watch; connections are ended elsewhere.
    stop: () => server.close(),
  }
}

const problems = {
  noHost: [400, 'bad request: no host header'],
  twoHosts: [400, 'bad request: more than one host'],
  twoLengths: [400, 'bad request: a transfer encoding beside a length, or of HTTP/1.0'],
  unknownTransfer: [501, 'transfer encoding not implemented'],
  longTarget: [414, 'uri too long'],
  unexpected: [417, 'expectation failed'],
  manyHeaders: [431, 'too many headers'],
  version: [505, 'http version not supported'],
} as const

type Problem = keyof typeof problems

/** What node lets pass, and another reader of the same bytes might take for something else. */
function problemOf({ headers, httpVersion, rawHeaders, url }: IncomingMessage): Problem | undefined {
  if (url !== undefined && url.length > MAX_TARGET_BYTES) return 'longTarget'
  // Names and values in turn.
  if (rawHeaders.length > 2 * MAX_HEADERS) return 'manyHeaders'
  const { host } = headers
  // HTTP/1.1 demands a Host; older clients send none.
  if (host === undefined && httpVersion === '1.1') return 'noHost'
  if (host?.includes(',')) return 'twoHosts'
  // A line without a version is HTTP/0.9, whose answers have no head.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'version'
  return headers['transfer-encoding'] === undefined ? undefined : transferProblem(headers, httpVersion)
}

/** RFC 9112, section 6.1: chunks are all that we undo, and a length beside them is how requests are smuggled. */
function transferProblem(headers: IncomingHttpHeaders, httpVersion: string): Problem | undefined {
  if (headers['content-length'] !== undefined || httpVersion !== '1.1') return 'twoLengths'
  return headers['transfer-encoding']?.toLowerCase() === 'chunked' ? undefined : 'unknownTransfer'
}

function sendText(response: ServerResponse, problem: Problem, serverHeader: string): void {
  const [status, text] = problems[problem]
  const answer = textAnswer(status, text, serverHeader)
  endConnectionAfter(response)
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}
