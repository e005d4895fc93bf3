/** Reaches replicas over Unix sockets, in a private folder. */

import type { Socket } from 'node:net'
import { join } from 'node:path'
import { ConfigurationError, type Listener, ownBlocks, type Transport } from '@mosec/core'
import type { FrameChecks } from './framed-socket.ts'
import { defaultSocketDirectory, isInMemory } from './memory-folder.ts'
import { makeSocketFolder, type SocketFolder } from './socket-folder.ts'
import { UnixListener } from './unix-listener.ts'

/** Where the sockets lie and what is taken from them. */
export interface UnixSocketOptions {
  /**
   * Holds the folder of the sockets. Unless set the system's folder in memory, or else that for temporary files. In
   * memory large payloads lie beside the sockets, in files, instead of crossing them.
   */
  readonly directory?: string
  /** Longest payload taken from a replica, in bytes; 1 GiB unless set. */
  readonly maxPayloadBytes?: number
}

/** `sun_path` less its closing zero; unix(7), and `sys/un.h` on macOS. */
const MAX_ADDRESS_BYTES = process.platform === 'darwin' ? 103 : 107

const LISTENER_NAME = /^[\w.-]+$/

/**
 * A transport over Unix sockets: one folder per transport, one socket per replica in it. Nothing is made before
 * the first `listen`. Disposing it ends all its listeners and links and removes the folder.
 */
export function unixSocketTransport(options: UnixSocketOptions = {}): Transport {
  return new UnixSocketTransport(options)
}

class UnixSocketTransport implements Transport {
  readonly #directory: string
  readonly #checks: FrameChecks
  /** What one replica sent is used again, once another one has it, for what the next one sends. */
  readonly #pool = ownBlocks()
  readonly #listeners = new Set<UnixListener>()
  readonly #sockets = new Set<Socket>()
  #folder: Promise<SocketFolder> | undefined
  #isDisposed = false

  constructor({ directory = defaultSocketDirectory(), ...checks }: UnixSocketOptions) {
    this.#directory = directory
    this.#checks = checks
  }

  async listen(name: string): Promise<Listener> {
    this.#refuseIfDisposed()
    if (!LISTENER_NAME.test(name)) {
      throw new RangeError(`a listener's name takes letters, digits, -, _ and ., got "${name}"`)
    }
    this.#folder ??= makeSocketFolder(this.#directory)
    const { path } = await this.#folder
    const address = this.#addressOf(path, name)
    // Two listeners under one name fail here: the system refuses the second.
    const listener = await UnixListener.at(address, {
      checks: this.#checks,
      offersRings: isInMemory(path),
      pool: this.#pool,
      sockets: this.#sockets,
    })
    this.#listeners.add(listener)
    if (this.#isDisposed) await listener[Symbol.asyncDispose]()
    this.#refuseIfDisposed()
    return listener
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    for (const listener of this.#listeners) await listener[Symbol.asyncDispose]()
    for (const socket of this.#sockets) socket.destroy()
    const folder = await this.#folder?.catch(() => undefined)
    await folder?.remove()
  }

  #refuseIfDisposed(): void {
    if (this.#isDisposed) throw new Error('the transport is disposed')
  }

  #addressOf(folder: string, name: string): string {
    const address = join(folder, `${name}.sock`)
    const bytes = Buffer.byteLength(address)
    if (bytes <= MAX_ADDRESS_BYTES) return address
    throw new ConfigurationError(
      `the path of the socket ${address} has ${bytes} bytes, and the system takes ${MAX_ADDRESS_BYTES} ` +
        `(sun_path, less its end): choose a folder with a shorter path than ${this.#directory}, by --path or "directory"`,
    )
  }
}
