/** A port of its own for a face: open it, and close it without cutting an answer short. */

import { createServer, type Server, type Socket } from 'node:net'
import { StartError } from '@mosec/core'
import { answerClientError } from './client-error.ts'
import { Connections } from './connections.ts'
import type { FaceContext } from './context.ts'
import { createHttp1 } from './http1-server.ts'
import { createHttp2, type Http2Protocol } from './http2-server.ts'
import { chooseProtocol, type ProtocolChoice } from './preface.ts'
import type { Dispatch, Protocol } from './protocol.ts'

/** Where to listen. */
export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** `0.0.0.0` when left out. */
  readonly host?: string
  /** Connections that may wait to be accepted, 511 when left out; the system has a limit of its own. */
  readonly backlog?: number
}

/** A face that has connections. */
export interface Serving {
  /**
   * Goes on serving, but each answer is the last one on its connection: clients come again through their balancer, which
   * by then sends them elsewhere. HTTP/2 is told to open no more streams.
   */
  drain(): void
  /**
   * Stops accepting, ends idle connections at once and the others after their present answers. Resolves when all are
   * gone, at the latest a second after the service timeout. Calling it again gives the same promise.
   */
  close(): Promise<void>
}

/** An open port. */
export interface Listening extends Serving {
  readonly port: number
  readonly host: string
}

/** A face without a port of its own. */
export interface Accepting extends Serving {
  /** Takes a connection that somebody else accepted, and from which nothing was read. */
  accept(socket: Socket): void
}

/**
 * Longer than the 60 s after which usual load balancers drop an idle connection: whoever closes first must be them,
 * or they send a request into a connection that we just closed.
 */
const KEEP_ALIVE_MS = 65_000
/** Time for a request's head; slow heads are how a few clients hold many connections. */
const HEADERS_TIMEOUT_MS = 30_000
/**
 * Node's own default. Who finds it full tries again a second later. A longer one costs more when the process stood still
 * under overload: it then works through connections whose clients have left, while those behind them leave, too.
 */
const BACKLOG = 511
/** What a closing port waits beyond the service timeout for slow readers. */
const CLOSE_GRACE_MS = 1000

/** @throws StartError when the port cannot be opened; the message says what to do. */
export async function listen(
  context: FaceContext,
  dispatch: Dispatch,
  options: ListenOptions,
): Promise<Listening> {
  const { port: wanted, host = '0.0.0.0', backlog = BACKLOG } = options
  const port = new Port(context, dispatch)
  // As node's own HTTP server asks for: a client may end its side and still wait for its answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => port.accept(socket))
  await open(server, { host, port: wanted, backlog })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : wanted,
    host,
    drain: () => port.drain(),
    close: () => {
      server.close()
      return port.close()
    },
  }
}

/** Serves connections that somebody else accepts. */
export function acceptFrom(context: FaceContext, dispatch: Dispatch): Accepting {
  const port = new Port(context, dispatch)
  return {
    accept: (socket) => {
      socket.allowHalfOpen = true
      socket.setNoDelay(true)
      port.accept(socket)
    },
    drain: () => port.drain(),
    close: () => port.close(),
  }
}

/** HTTP/1 and HTTP/2 behind one listening socket. */
class Port {
  readonly #context: FaceContext
  readonly #connections = new Connections()
  readonly #http1: Protocol
  readonly #http2: Http2Protocol
  readonly #choice: ProtocolChoice
  #closed: Promise<void> | undefined

  constructor(context: FaceContext, dispatch: Dispatch) {
    const { clock, serverHeader, requestTimeoutMs } = context.options
    const shared = { dispatch, serverHeader, requestTimeoutMs, keepAliveMs: KEEP_ALIVE_MS }
    this.#context = context
    this.#http1 = createHttp1({ ...shared, headersTimeoutMs: HEADERS_TIMEOUT_MS })
    this.#http2 = createHttp2({ ...shared, clock })
    this.#choice = {
      http1: (socket) => this.#http1.accept(socket),
      http2: (socket) => {
        this.#connections.becameHttp2(socket)
        this.#http2.accept(socket)
      },
      silent: (socket) => answerClientError(tooSlow, socket, serverHeader),
    }
  }

  accept(socket: Socket): void {
    this.#connections.add(socket)
    const { clock } = this.#context.options
    chooseProtocol(socket, { clock, waitMs: HEADERS_TIMEOUT_MS }, this.#choice)
    // It was on its way when the port closed.
    if (this.#closed !== undefined) this.#connections.drain()
  }

  drain(): void {
    this.#context.isClosing = true
    this.#http2.announceEnd()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { clock, timeoutMs } = this.#context.options
    this.drain()
    const timer = clock.after(timeoutMs + CLOSE_GRACE_MS, () => this.#connections.destroy())
    this.#connections.drain()
    this.#http2.drain()
    await this.#connections.emptied()
    timer.cancel()
    this.#http1.stop()
  }
}

const tooSlow = Object.assign(new Error('no request'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })

function open(server: Server, where: Required<ListenOptions>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(startErrorOf(error, where.host, where.port)))
    server.listen(where, () => {
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

/** What the system said of a port that cannot be opened, with what to do about it. */
export function startErrorOf(error: NodeJS.ErrnoException, host: string, port: number): StartError {
  const reason = advice.get(error.code ?? '') ?? error.message
  return new StartError(`cannot listen on ${host}:${port}: ${reason}`, { cause: error })
}
