/** A client that sends any bytes, also such as no client should. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One connection, and all that came back on it. */
export class RawClient {
  readonly #socket: Socket
  #received = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#received += text
    })
    socket.on('error', () => {})
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** All that came so far. */
  get received(): string {
    return this.#received
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  send(text: string): this {
    this.#socket.write(text, 'latin1')
    return this
  }

  /** A POST of text with a right length. */
  post(path: string, body: string, ...headers: string[]): this {
    const head = [`POST ${path} HTTP/1.1`, 'host: test', `content-length: ${body.length}`, ...headers]
    return this.send(`${head.join('\r\n')}\r\n\r\n${body}`)
  }

  /** Waits until `part` has come, `times` times; fails when the connection ends first. */
  async waitFor(part: string, times = 1): Promise<string> {
    while (this.#received.split(part).length <= times) {
      if (this.#socket.closed) throw new Error(`closed before ${part}: ${this.#received}`)
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')])
    }
    return this.#received
  }

  /** Waits until the server has ended the connection, also while this client is still sending: that ends in an error. */
  async closed(): Promise<string> {
    while (!this.#socket.closed) await once(this.#socket, 'close').catch(() => {})
    return this.#received
  }

  /** Sends no more, but still reads. */
  end(): void {
    this.#socket.end()
  }

  /** Leaves at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }
}
