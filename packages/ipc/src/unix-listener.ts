/** One replica's address: a listening Unix socket that hands out its connections one by one. */

import { EventEmitter, once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Link, Listener } from '@mosec/core'
import type { FrameChecks } from './framed-socket.ts'
import { unixLink } from './unix-link.ts'

/** What a listener shares with its transport. */
export interface UnixListenerOptions {
  readonly checks: FrameChecks
  /** Gets every connection while it is open, so that the transport can end them. */
  readonly sockets: Set<Socket>
}

/** Connections wait for `accept`, and calls of `accept` for connections; both in order. */
export class UnixListener implements Listener {
  readonly address: string
  readonly #options: UnixListenerOptions
  readonly #server: Server
  /** Emits `change` when a connection came or the listener was disposed. */
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #unclaimed: Link[] = []
  #isDisposed = false

  private constructor(address: string, options: UnixListenerOptions) {
    this.address = address
    this.#options = options
    this.#server = createServer((socket) => this.#connected(socket))
  }

  /**
   * Listens at `address`.
   * @throws Error with the system's code when something is there already, or it cannot be made.
   */
  static async at(address: string, options: UnixListenerOptions): Promise<UnixListener> {
    const listener = new UnixListener(address, options)
    listener.#server.listen({ path: address })
    await once(listener.#server, 'listening')
    // A connection that the system cannot hand over (no file descriptor left) ends at the replica's side, which
    // starts anew: nothing to do here but to live on.
    listener.#server.on('error', () => {})
    return listener
  }

  async accept(signal: AbortSignal): Promise<Link> {
    while (true) {
      signal.throwIfAborted()
      if (this.#isDisposed) throw new Error(`the listener at ${this.address} is disposed`)
      const link = this.#unclaimed.shift()
      if (link !== undefined) return link
      // Rejects only when aborted, and the loop's first line says so with the signal's own reason.
      await once(this.#changes, 'change', { signal }).catch(() => {})
    }
  }

  /** Refuses further connections and ends those that nobody accepted. Links that were accepted go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    this.#server.close()
    for (const link of this.#unclaimed) link.close()
    this.#unclaimed = []
    this.#changes.emit('change')
  }

  #connected(socket: Socket): void {
    this.#options.sockets.add(socket)
    socket.once('close', () => this.#options.sockets.delete(socket))
    this.#unclaimed.push(unixLink(socket, this.#options.checks))
    this.#changes.emit('change')
  }
}
