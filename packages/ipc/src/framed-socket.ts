/** A socket that carries frames: what a link and a channel share. */

import type { Socket } from 'node:net'
import type { BatchItem } from '@mosec/core'
import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.ts'
import { FrameEncoder } from './frame-encoder.ts'
import { FrameError } from './frame-error.ts'
import type { FrameItem } from './frame-layout.ts'
import { type ByteSink, chunkIntake, type Intake } from './intake.ts'

/** What a framed socket tells its owner. */
export interface FramedSocketEvents {
  frame(flag: number, items: readonly BatchItem[]): void
  /** Said once, last. */
  closed(reason: string): void
}

const CLOSED_HERE = 'closed by this side'

/** How incoming frames are checked. */
export type FrameChecks = Pick<FrameDecoderOptions, 'maxPayloadBytes' | 'checkFlag'>

/** Owns a connected socket. */
export class FramedSocket implements ByteSink {
  readonly #socket: Socket
  readonly #decoder: FrameDecoder
  readonly #intake: Intake
  readonly #encoder = new FrameEncoder()
  #events: FramedSocketEvents | undefined
  /** Why it ends, from the moment that this is known: the first cause is the one that is told. */
  #reason: string | undefined
  #isFlushQueued = false

  constructor(socket: Socket, checks: FrameChecks, intake: Intake = chunkIntake) {
    this.#socket = socket
    this.#intake = intake
    this.#decoder = new FrameDecoder({
      ...checks,
      onFrame: (flag, items) => {
        // The owner may have closed between two frames of one chunk.
        if (this.#reason === undefined) this.#events?.frame(flag, items)
      },
    })
    socket.on('error', (error) => this.#destroy(`connection lost: ${error.message}`))
    socket.on('end', () => this.#destroy(this.#endReason()))
    socket.on('close', () => this.#sayClosed())
  }

  /** Starts delivery. Until then the socket is not read, so what came waits in it, in order. */
  open(events: FramedSocketEvents): void {
    this.#events = events
    if (this.#socket.closed) process.nextTick(() => this.#sayClosed())
    else this.#intake.start(this.#socket, this)
  }

  /** Queues a frame; what is queued in one turn leaves in one write. Does nothing when it has ended. */
  append(flag: number, items: readonly FrameItem[]): void {
    if (this.#reason !== undefined) return
    try {
      this.#encoder.append(flag, items)
    } catch (error) {
      this.#destroy(`cannot be sent: ${String(error)}`)
    }
    if (this.#isFlushQueued) return
    this.#isFlushQueued = true
    process.nextTick(() => this.#flush())
  }

  /** Ends it when what was queued has left. */
  close(): void {
    if (this.#reason !== undefined) return
    this.#reason = CLOSED_HERE
    this.#flush()
    this.#socket.end()
    // Reading on is how the other side's end is seen.
    this.#socket.resume()
  }

  /** For the intake. */
  push(chunk: Uint8Array): void {
    this.#decode(() => this.#decoder.push(chunk))
  }

  /** For the intake. */
  get room(): Uint8Array | undefined {
    return this.#decoder.room
  }

  /** For the intake. */
  filled(bytes: number): void {
    this.#decode(() => this.#decoder.filled(bytes))
  }

  #flush(): void {
    this.#isFlushQueued = false
    const parts = this.#encoder.take()
    if (!this.#socket.writable) return
    this.#socket.cork()
    for (const part of parts) this.#socket.write(part)
    this.#socket.uncork()
  }

  #decode(step: () => void): void {
    if (this.#reason !== undefined) return
    try {
      step()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.#destroy(error.message)
    }
  }

  #endReason(): string {
    const where = this.#decoder.isBetweenFrames ? '' : ' in the middle of a frame'
    return `the other side ended the connection${where}`
  }

  #destroy(reason: string): void {
    this.#reason ??= reason
    this.#socket.destroy()
  }

  #sayClosed(): void {
    const events = this.#events
    if (events === undefined) return
    this.#events = undefined
    events.closed(this.#reason ?? CLOSED_HERE)
  }
}
