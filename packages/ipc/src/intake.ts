/** How bytes get from a socket into a decoder. */

import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'

/** Takes bytes; the decoder of a framed socket. */
export interface ByteSink {
  push(chunk: Uint8Array): void
  /** Of the last chunk it keeps views: that memory may not be written to again. */
  readonly keepsChunk: boolean
  /** Where the next bytes belong, when they are the rest of a large payload. */
  readonly room: Uint8Array | undefined
  /** So many bytes were put at the start of `room`. */
  filled(bytes: number): void
}

/** Connects a socket with a sink and starts reading. */
export interface Intake {
  start(socket: Socket, sink: ByteSink): void
}

/** For any socket: a chunk for each read, in memory that Node allocates. */
export const chunkIntake: Intake = {
  start: (socket, sink) => {
    socket.on('data', (chunk) => sink.push(chunk))
    socket.resume()
  },
}

const BLOCK_BYTES = 64 * 1024
/** With less room than this left, a new block is begun: reads should not become small. */
const MIN_READ_BYTES = 16 * 1024

/**
 * For a socket that is made with its `onread`: the system writes the rest of a large payload straight to where it belongs, which
 * saves a copy and an allocation per 64 KiB (600 KiB payloads: 1.3 times the rate of `chunkIntake`). Everything else
 * goes into blocks that are filled front to back, and a part again only if no view of it was kept (a large payload's
 * head and beginning: else each would cost a block, and the collector is told of those).
 * Node offers this for sockets that it connects; see {@link withDirectIntake} for those that a server accepts.
 */
export class DirectIntake implements Intake {
  #sink: ByteSink | undefined
  #room: Uint8Array | undefined
  #block = new Uint8Array(0)
  #at = 0

  /** Goes into the options of `connect`; pause the socket until `start`. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#nextBuffer(),
    callback: (bytes) => this.#received(bytes),
  }

  start(socket: Socket, sink: ByteSink): void {
    this.#sink = sink
    socket.resume()
  }

  #nextBuffer(): Uint8Array {
    this.#room = this.#sink?.room
    if (this.#room !== undefined) return this.#room
    if (this.#block.length - this.#at < MIN_READ_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      this.#at = 0
    }
    return this.#block.subarray(this.#at)
  }

  #received(bytes: number): boolean {
    if (this.#room !== undefined) {
      this.#sink?.filled(bytes)
    } else {
      const chunk = this.#block.subarray(this.#at, this.#at + bytes)
      this.#sink?.push(chunk)
      if (this.#sink?.keepsChunk !== false) this.#at += bytes
    }
    return true
  }
}

/** What a socket is made of, where Node shows it. */
interface WithHandle {
  _handle?: object | null
}

/**
 * A socket that a server has accepted, paused, and the intake that reads it. A server makes its sockets without `onread`,
 * so a new one takes over the handle, as Node itself does when it hands a socket to another process; where there is no
 * handle to be seen, the socket stays as it is and is read in chunks.
 */
export function withDirectIntake(accepted: Socket): { readonly socket: Socket; readonly intake: Intake } {
  const owner = accepted as WithHandle
  const handle = owner._handle
  if (handle === undefined || handle === null) return { socket: accepted, intake: chunkIntake }
  const intake = new DirectIntake()
  const options = { handle, onread: intake.onread, pauseOnCreate: true, readable: true, writable: true }
  const socket = new Socket(options as SocketConstructorOpts)
  // The empty shell tells its server that it is over, and touches the handle no more.
  owner._handle = null
  accepted.destroy()
  return { socket, intake }
}
