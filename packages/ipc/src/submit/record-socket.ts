/** A socket that carries records: what both ends of it share. */

import type { Socket } from 'node:net'
import { systemClock, type Timer } from '@mosec/core'
import type { Intake } from '../intake.ts'
import { WireSocket } from '../wire-socket.ts'
import { RecordDecoder, type RecordDecoderOptions } from './record-decoder.ts'
import { RecordEncoder } from './record-encoder.ts'
import type { RecordHead } from './record-layout.ts'

/** How long a record that nobody waits for stays without company, in milliseconds. */
const LONGEST_STAY_MS = 10

/** Owns a connected socket. */
export class RecordSocket {
  readonly #encoder = new RecordEncoder()
  readonly #wire: WireSocket
  #stay: Timer | undefined

  constructor(socket: Socket, { limits, onRecord }: RecordDecoderOptions, intake?: Intake) {
    const decoder = new RecordDecoder({
      limits,
      onRecord: (head, bytes) => {
        if (!this.#wire.isEnding) onRecord(head, bytes)
      },
    })
    // What one turn of the event loop brings, from all sockets, leaves in one write.
    this.#wire = new WireSocket(socket, { decoder, encoder: this.#encoder, intake, soon: systemClock.soon })
  }

  /** It is known that it ends. */
  get isEnding(): boolean {
    return this.#wire.isEnding
  }

  /** Starts delivery. @param onClosed called once, last. */
  open(onClosed: (reason: string) => void): void {
    this.#wire.open(onClosed)
  }

  /** Queues a record. Does nothing when it has ended. */
  append(head: Readonly<RecordHead>, bytes?: Uint8Array): void {
    if (this.#wire.isEnding) return
    this.#encoder.append(head, bytes)
    this.#wire.flushSoon()
  }

  /**
   * Queues a record that nobody waits for: it leaves with the next one, or after a while, since a write of its own costs
   * more than all that is in it, and wakes the other process. Does nothing when it has ended.
   */
  appendLazily(head: Readonly<RecordHead>): void {
    if (this.#wire.isEnding) return
    this.#encoder.append(head)
    this.#stay ??= systemClock.after(LONGEST_STAY_MS, () => {
      this.#stay = undefined
      this.#wire.flushSoon()
    })
  }

  /** Ends it when what was queued has left. */
  close(): void {
    this.#wire.close()
  }

  /** Ends it now. */
  destroy(): void {
    this.#wire.destroy()
  }
}
