/** One end of a pair of message ports: parcels come and go, and it says once that it is over. */

import type { MessagePort } from 'node:worker_threads'
import { buffersOf, type Leaving, type Parcel, ParcelReader, ParcelWriter } from './thread-parcel.ts'

/** What an end tells its owner. */
export interface PortEvents {
  /** The owner may stop in the middle, when it has closed this end. */
  parcel(parcel: ParcelReader): void
  closed(reason: string): void
}

/** Owns a port. */
export class PortEnd {
  readonly #port: MessagePort
  readonly #leaving: Leaving
  #events: PortEvents | undefined
  #writer: ParcelWriter | undefined
  #closedReason: string | undefined
  #isClosing = false

  constructor(port: MessagePort, leaving: Leaving) {
    this.#port = port
    this.#leaving = leaving
    port.once('close', () => this.#end(this.#isClosing ? 'closed by this side' : 'the other side ended'))
  }

  /** Nothing more is sent, and what still comes is not looked at. */
  get isEnding(): boolean {
    return this.#isClosing || this.#closedReason !== undefined
  }

  open(events: PortEvents): void {
    this.#events = events
    // Listening starts delivery; what was posted before has been kept by the port.
    this.#port.on('message', (parcel: Parcel) => {
      if (!this.#isClosing) events.parcel(new ParcelReader(parcel))
    })
    if (this.#closedReason !== undefined) events.closed(this.#closedReason)
  }

  /**
   * Adds to the parcel that leaves when all is said that is to be said now. A message wakes the other thread, and one
   * that is woken by each batch wakes this one by each answer (101 us of an echo in batches of one, instead of 42).
   * Lost when the connection is over.
   */
  post(write: (parcel: ParcelWriter) => void): void {
    if (this.isEnding) return
    if (this.#writer === undefined) {
      this.#writer = new ParcelWriter(this.#leaving)
      process.nextTick(this.#flush)
    }
    write(this.#writer)
  }

  /** Ends it, after what was posted has left. */
  close(): void {
    if (this.#isClosing) return
    this.#flush()
    this.#isClosing = true
    this.#port.close()
  }

  readonly #flush = (): void => {
    const parcel = this.#writer?.pack()
    this.#writer = undefined
    if (parcel !== undefined && !this.isEnding) this.#port.postMessage(parcel, buffersOf(parcel))
  }

  #end(reason: string): void {
    if (this.#closedReason !== undefined) return
    this.#closedReason = reason
    this.#events?.closed(reason)
  }
}
