/** One end of a pair of message ports: keeps what comes until it is opened, and says once that it is over. */

import type { MessagePort } from 'node:worker_threads'
import type { Posting } from './thread-messages.ts'

/** What an end tells its owner. */
export interface PortEvents<Message> {
  message(message: Message): void
  closed(reason: string): void
}

/** `In` comes, `Out` goes. */
export class PortEnd<In, Out> {
  readonly #port: MessagePort
  #events: PortEvents<In> | undefined
  #closedReason: string | undefined
  #isClosing = false

  constructor(port: MessagePort) {
    this.#port = port
    port.once('close', () => this.#end(this.#isClosing ? 'closed by this side' : 'the other side ended'))
  }

  open(events: PortEvents<In>): void {
    this.#events = events
    // Listening starts delivery; what was posted before has been kept by the port.
    this.#port.on('message', (message: In) => {
      if (!this.#isClosing) events.message(message)
    })
    if (this.#closedReason !== undefined) events.closed(this.#closedReason)
  }

  /** Lost when the connection is over. */
  post({ message, moved }: Posting<Out>): void {
    if (!this.#isClosing && this.#closedReason === undefined) this.#port.postMessage(message, moved)
  }

  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#port.close()
  }

  #end(reason: string): void {
    if (this.#closedReason !== undefined) return
    this.#closedReason = reason
    this.#events?.closed(reason)
  }
}
