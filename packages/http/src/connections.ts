/** The open connections of a server, and how they end without cutting an answer short. */

import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Ends connections as they fall idle. Node's own `server.close()` (20 to 24) also cuts answers that are written but not
 * yet flushed to a slow reader, since it takes them for finished.
 */
export class Connections {
  readonly #http1 = new Set<Socket>()
  readonly #http2 = new Set<Socket>()
  #onEmpty: (() => void) | undefined

  /** A new one counts as HTTP/1, since it is idle until it has said more. */
  add(socket: Socket): void {
    this.#http1.add(socket)
    socket.once('close', () => {
      this.#http1.delete(socket)
      this.#http2.delete(socket)
      if (this.#isEmpty) this.#onEmpty?.()
    })
  }

  /** Resolves when none is left; for one caller. */
  emptied(): Promise<void> {
    if (this.#isEmpty) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onEmpty = resolve
    })
  }

  /** Its session knows when it is idle. */
  becameHttp2(socket: Socket): void {
    this.#http1.delete(socket)
    this.#http2.add(socket)
  }

  /** Ends idle ones of HTTP/1 now and the others after their present answer. */
  drain(): void {
    for (const socket of this.#http1) endWhenIdle(socket)
  }

  /** Ends all of them now. */
  destroy(): void {
    for (const socket of [...this.#http1, ...this.#http2]) socket.destroy()
  }

  get #isEmpty(): boolean {
    return this.#http1.size === 0 && this.#http2.size === 0
  }
}

/**
 * Nothing moved on a connection of HTTP/1 for its whole time: it is idle, or its client reads nothing of what lies
 * ready, and both end. One that waits for an answer lives on.
 */
export function endSilent(socket: Socket): void {
  if (presentAnswer(socket) === undefined || socket.writableLength > 0) socket.destroy()
}

function endWhenIdle(socket: Socket): void {
  const response = presentAnswer(socket)
  if (response === undefined) {
    socket.destroy()
    return
  }
  if (!response.headersSent) response.shouldKeepAlive = false
  response.once('close', () => endWhenIdle(socket))
}

/**
 * The response that a socket belongs to now. Node has no public name for it; `_httpMessage` is what node's own
 * `closeIdleConnections` and its default `clientError` handler look at.
 */
export function presentAnswer(socket: Duplex): ServerResponse | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage')
  return message instanceof ServerResponse ? message : undefined
}
