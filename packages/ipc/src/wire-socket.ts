/** A socket between a decoder and an encoder: how bytes come and go, and how it ends. */

import type { Socket } from 'node:net'
import { LARGE_BYTES } from '@mosec/core'
import { FrameError } from './frame-error.ts'
import { type ByteSink, chunkIntake, type Intake } from './intake.ts'

/** What is at both ends of the bytes. */
export interface WireParts {
  readonly decoder: ByteSink & { readonly isBetweenFrames: boolean }
  readonly encoder: { take(): Uint8Array[] }
  /** `chunkIntake` when left out. */
  readonly intake?: Intake | undefined
  /** Told of each large piece once the system has it, or never will. */
  readonly written?: ((part: Uint8Array) => void) | undefined
  /** Runs a callback when all that is to leave in one write was said; at the end of this call when left out. */
  readonly soon?: ((callback: () => void) => void) | undefined
}

const CLOSED_HERE = 'closed by this side'

/** Owns a connected socket. */
export class WireSocket implements ByteSink {
  readonly #socket: Socket
  readonly #decoder: WireParts['decoder']
  readonly #encoder: WireParts['encoder']
  readonly #intake: Intake
  readonly #written: WireParts['written']
  readonly #soon: (callback: () => void) => void
  readonly #flushNow = (): void => this.#flush()
  #onClosed: ((reason: string) => void) | undefined
  /** Why it ends, from the moment that this is known: the first cause is the one that is told. */
  #reason: string | undefined
  #isFlushQueued = false

  constructor(socket: Socket, parts: WireParts) {
    this.#socket = socket
    this.#decoder = parts.decoder
    this.#encoder = parts.encoder
    this.#intake = parts.intake ?? chunkIntake
    this.#written = parts.written
    this.#soon = parts.soon ?? process.nextTick
    socket.on('error', (error) => this.destroy(`connection lost: ${error.message}`))
    socket.on('end', () => this.destroy(this.#endReason()))
    socket.on('close', () => this.#sayClosed())
  }

  /** It is known that it ends: nothing more is sent, and what still comes is not looked at. */
  get isEnding(): boolean {
    return this.#reason !== undefined
  }

  /**
   * Starts delivery. Until then the socket is not read, so what came waits in it, in order.
   * @param onClosed called once, last.
   */
  open(onClosed: (reason: string) => void): void {
    this.#onClosed = onClosed
    if (this.#socket.closed) process.nextTick(() => this.#sayClosed())
    else this.#intake.start(this.#socket, this)
  }

  /** Something was given to the encoder: what was given in one turn leaves in one write. */
  flushSoon(): void {
    if (this.#isFlushQueued) return
    this.#isFlushQueued = true
    this.#soon(this.#flushNow)
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

  /** Ends it now. */
  destroy(reason = CLOSED_HERE): void {
    this.#reason ??= reason
    this.#socket.destroy()
  }

  /** For the intake. */
  push(chunk: Uint8Array): void {
    this.#decode(() => this.#decoder.push(chunk))
  }

  /** For the intake. */
  get keepsChunk(): boolean {
    return this.#decoder.keepsChunk
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
    for (const part of parts) this.#write(part)
    this.#socket.uncork()
  }

  #write(part: Uint8Array): void {
    const written = this.#written
    if (written === undefined || part.length < LARGE_BYTES) this.#socket.write(part)
    else this.#socket.write(part, () => written(part))
  }

  #decode(step: () => void): void {
    if (this.#reason !== undefined) return
    try {
      step()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.destroy(error.message)
    }
  }

  #endReason(): string {
    const where = this.#decoder.isBetweenFrames ? '' : ' in the middle of a frame'
    return `the other side ended the connection${where}`
  }

  #sayClosed(): void {
    const onClosed = this.#onClosed
    if (onClosed === undefined) return
    this.#onClosed = undefined
    onClosed(this.#reason ?? CLOSED_HERE)
  }
}
