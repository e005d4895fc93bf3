/** A port of its own for a face: open it, and close it without cutting an answer short. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { StartError } from '@mosec/core'
import { textAnswer } from './answer.ts'
import { answerClientError } from './client-error.ts'
import { Connections } from './connections.ts'
import type { FaceContext } from './context.ts'

/** Where to listen. */
export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** `0.0.0.0` when left out. */
  readonly host?: string
}

/** An open port. */
export interface Listening {
  readonly port: number
  readonly host: string
  /**
   * Stops accepting, ends idle connections at once and the others after their present answer. Resolves when all are
   * gone, at the latest a second after the service timeout. Calling it again gives the same promise.
   */
  close(): Promise<void>
}

/** Answers a request; `expectsContinue` when the client waits for `100 Continue`. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void

/**
 * Longer than the 60 s after which usual load balancers drop an idle connection: whoever closes first must be them,
 * or they send a request into a connection that we just closed.
 */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Time for a request's head; slow heads are how a few clients hold many connections. */
const HEADERS_TIMEOUT_MS = 30_000
/** Time for a whole request: the longest body over a slow line. */
const REQUEST_TIMEOUT_MS = 300_000
/** What a closing port waits beyond the service timeout for slow readers. */
const CLOSE_GRACE_MS = 1000

/** @throws StartError when the port cannot be opened; the message says what to do. */
export async function listen(
  context: FaceContext,
  dispatch: Dispatch,
  options: ListenOptions,
): Promise<Listening> {
  const host = options.host ?? '0.0.0.0'
  const connections = new Connections()
  const server = makeServer(context, dispatch)
  server.on('connection', (socket) => connections.add(socket))
  await open(server, host, options.port)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  let closed: Promise<void> | undefined
  return {
    port,
    host,
    close: () => {
      closed ??= close(context, server, connections)
      return closed
    },
  }
}

function makeServer(context: FaceContext, dispatch: Dispatch): Server {
  const { serverHeader } = context.options
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Node would answer it itself, without our headers.
    requireHostHeader: false,
  })
  const accept = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    if (hasHost(request)) dispatch(request, response, expectsContinue)
    else sendText(response, 400, serverHeader)
  }
  server.on('request', (request, response) => accept(request, response, false))
  server.on('checkContinue', (request, response) => accept(request, response, true))
  server.on('checkExpectation', (_request, response) => sendText(response, 417, serverHeader))
  server.on('clientError', (error, socket) => answerClientError(error, socket, serverHeader))
  return server
}

/** HTTP/1.1 demands a Host; older clients send none. */
function hasHost(request: IncomingMessage): boolean {
  return request.headers.host !== undefined || request.httpVersion !== '1.1'
}

function sendText(response: ServerResponse, status: number, serverHeader: string): void {
  const text = status === 417 ? 'expectation failed' : 'bad request: no host header'
  const answer = textAnswer(status, text, serverHeader)
  response.shouldKeepAlive = false
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}

function open(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(startErrorOf(error, host, port)))
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

const advice: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'the port is in use: stop the program that has it, or choose another port'],
  ['EACCES', 'this user may not open that port: choose one above 1023'],
  [
    'EADDRNOTAVAIL',
    'this machine has no such address: choose 0.0.0.0 (all) or 127.0.0.1 (this machine only)',
  ],
  ['ENOTFOUND', 'the host name is not known: choose 0.0.0.0 (all) or 127.0.0.1 (this machine only)'],
])

/** What a person reads when the port cannot be opened. */
export function startErrorOf(error: NodeJS.ErrnoException, host: string, port: number): StartError {
  const reason = advice.get(error.code ?? '') ?? error.message
  return new StartError(`cannot listen on ${host}:${port}: ${reason}`, { cause: error })
}

function close(context: FaceContext, server: Server, connections: Connections): Promise<void> {
  const { clock, timeoutMs } = context.options
  context.isClosing = true
  return new Promise((resolve) => {
    const timer = clock.after(timeoutMs + CLOSE_GRACE_MS, () => connections.destroy())
    // http's own close would also end connections, see Connections; it is called last, to free its timer.
    NetServer.prototype.close.call(server, () => {
      timer.cancel()
      server.close()
      resolve()
    })
    connections.drain()
  })
}
