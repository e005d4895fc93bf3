/** A socket that carries frames: what a link and a channel share. */

import type { Socket } from 'node:net'
import type { BlockPool } from '@mosec/core'
import { FrameDecoder, type FrameDecoderOptions, type ReceivedItem } from './frame-decoder.ts'
import { FrameEncoder } from './frame-encoder.ts'
import type { FrameItem } from './frame-layout.ts'
import type { RingEnds } from './ring/ring-pair.ts'
import { type WireParts, WireSocket } from './wire-socket.ts'

/** What a framed socket tells its owner. */
export interface FramedSocketEvents {
  frame(flag: number, items: readonly ReceivedItem[]): void
  /** Said once, last. */
  closed(reason: string): void
}

/** How incoming frames are checked. */
export type FrameChecks = Pick<FrameDecoderOptions, 'maxPayloadBytes' | 'checkFlag'>

/** What a framed socket has beside its socket. */
export interface FramedParts extends Pick<WireParts, 'intake' | 'written'> {
  /** Carry large payloads; closed with the socket. */
  readonly rings?: RingEnds | undefined
}

/** Owns a connected socket. */
export class FramedSocket {
  readonly #encoder: FrameEncoder
  readonly #decoder: FrameDecoder
  readonly #wire: WireSocket
  #events: FramedSocketEvents | undefined

  /** @param written told of each large piece once it has left. */
  constructor(socket: Socket, checks: FrameChecks, { intake, written, rings }: FramedParts = {}) {
    if (rings !== undefined) socket.once('close', () => rings.close())
    this.#encoder = new FrameEncoder({ ring: rings?.out, ringed: written })
    this.#decoder = new FrameDecoder({
      ...checks,
      ring: rings?.in,
      onFrame: (flag, items) => {
        // The owner may have closed between two frames of one chunk.
        if (!this.#wire.isEnding) this.#events?.frame(flag, items)
      },
    })
    this.#wire = new WireSocket(socket, { decoder: this.#decoder, encoder: this.#encoder, intake, written })
  }

  /**
   * Starts delivery. Until then the socket is not read, so what came waits in it, in order.
   * @param pool memory for large payloads; new memory for each when left out.
   */
  open(events: FramedSocketEvents, pool?: BlockPool<ArrayBuffer>): void {
    this.#decoder.pool = pool
    this.#events = events
    this.#wire.open((reason) => {
      this.#events = undefined
      events.closed(reason)
    })
  }

  /** Queues a frame; what is queued in one turn leaves in one write. Does nothing when it has ended. */
  append(flag: number, items: readonly FrameItem[]): void {
    if (this.#wire.isEnding) return
    try {
      this.#encoder.append(flag, items)
    } catch (error) {
      this.#wire.destroy(`cannot be sent: ${String(error)}`)
    }
    this.#wire.flushSoon()
  }

  /** Ends it when what was queued has left. */
  close(): void {
    this.#wire.close()
  }
}
