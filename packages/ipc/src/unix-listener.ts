/** One replica's address: a listening Unix socket that hands out its connections one by one. */

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { BlockPool, Link, Listener } from '@mosec/core'
import type { FrameChecks } from './framed-socket.ts'
import { withDirectIntake } from './intake.ts'
import { OfferedRings } from './ring/ring-pair.ts'
import { unixLink } from './unix-link.ts'
import { WaitingLinks } from './waiting-links.ts'

/** What a listener shares with its transport. */
export interface UnixListenerOptions {
  readonly checks: FrameChecks
  /** Large payloads travel in rings, where replicas know of them. */
  readonly offersRings: boolean
  /** Memory for large replies. */
  readonly pool: BlockPool<ArrayBuffer>
  /** Gets every connection while it is open, so that the transport can end them. */
  readonly sockets: Set<Socket>
}

/** One server, for the life of one replica. */
export class UnixListener implements Listener {
  readonly address: string
  readonly #options: UnixListenerOptions
  readonly #server: Server
  readonly #waiting: WaitingLinks
  #rings: OfferedRings | undefined

  private constructor(address: string, options: UnixListenerOptions) {
    this.address = address
    this.#waiting = new WaitingLinks(address)
    this.#options = options
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#connected(socket))
  }

  /**
   * Listens at `address`.
   * @throws Error with the system's code when something is there already, or it cannot be made.
   */
  static async at(address: string, options: UnixListenerOptions): Promise<UnixListener> {
    const listener = new UnixListener(address, options)
    listener.#server.listen({ path: address })
    await once(listener.#server, 'listening')
    if (options.offersRings) listener.#rings = OfferedRings.at(address)
    // A connection that the system cannot hand over (no file descriptor left) ends at the replica's side, which
    // starts anew: nothing to do here but to live on.
    listener.#server.on('error', () => {})
    return listener
  }

  accept(signal: AbortSignal): Promise<Link> {
    return this.#waiting.accept(signal)
  }

  /** Refuses further connections and ends those that nobody accepted. Links that were accepted go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#rings?.dispose()
    this.#waiting.dispose()
  }

  #connected(accepted: Socket): void {
    const { socket, intake } = withDirectIntake(accepted)
    this.#options.sockets.add(socket)
    socket.once('close', () => this.#options.sockets.delete(socket))
    this.#waiting.push(unixLink(socket, { ...this.#options, intake, rings: this.#rings?.claim() }))
  }
}
