/** One keep-alive connection: writes a ready-made request, reads an answer's status, and nothing that costs more. */

import { connect, type Socket } from 'node:net'

/** Where an answer goes; exactly one of them is called per request, unless the request is left. */
export interface Receiver {
  answered(status: number): void
  failed(reason: string): void
}

/** Options of a connection. */
export interface ConnectionOptions {
  readonly port: number
  /** The connection is free for the next request. */
  readonly onIdle: (connection: Connection) => void
  /** The connection is gone. */
  readonly onGone: (connection: Connection) => void
}

/** Read by all connections in turn: each uses up what came before the next one reads. */
const sharedBuffer = Buffer.alloc(64 * 1024)

export class Connection {
  readonly #options: ConnectionOptions
  readonly #socket: Socket
  #receiver: Receiver | undefined
  #head = ''
  #bodyLeft = -1
  #status = 0
  #closesAfter = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#socket = connect({
      host: '127.0.0.1',
      port: options.port,
      noDelay: true,
      onread: {
        buffer: sharedBuffer,
        callback: (length) => {
          this.#read(length)
          return true
        },
      },
    })
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.message))
    this.#socket.on('close', () => {
      this.#fail('closed')
      options.onGone(this)
    })
  }

  /** Resolves when it is open, or never will be. */
  opened(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('close', () => resolve())
    })
  }

  /** Sends a whole request. One at a time. */
  send(request: string, receiver: Receiver): void {
    this.#receiver = receiver
    this.#socket.write(request, 'latin1')
  }

  /** Leaves, as a client does that no longer waits: the socket is closed, nobody is told. */
  leave(): void {
    this.#receiver = undefined
    this.#socket.destroy()
  }

  #read(length: number): void {
    let start = 0
    if (this.#bodyLeft < 0) {
      this.#head += sharedBuffer.toString('latin1', 0, length)
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      start = length - (this.#head.length - end - 4)
      this.#headRead(this.#head.slice(0, end))
    }
    this.#bodyLeft -= length - start
    if (this.#bodyLeft <= 0) this.#answered()
  }

  #headRead(head: string): void {
    this.#status = Number(head.slice(9, 12))
    this.#bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    this.#closesAfter = /\r\nconnection: *close/i.test(head)
    this.#head = ''
  }

  #answered(): void {
    const receiver = this.#receiver
    this.#receiver = undefined
    this.#bodyLeft = -1
    if (this.#closesAfter) this.#socket.destroy()
    else this.#options.onIdle(this)
    receiver?.answered(this.#status)
  }

  #fail(reason: string): void {
    const receiver = this.#receiver
    this.#receiver = undefined
    receiver?.failed(reason)
  }
}
