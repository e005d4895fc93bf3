/** Bytes -> records, in whatever pieces the bytes come. */

import { FrameError } from '../frame-error.ts'
import { PayloadAssembly } from '../payload-assembly.ts'
import { type PayloadLimits, RECORD_HEAD_BYTES, type RecordHead } from './record-layout.ts'

/** What a decoder checks and whom it tells. */
export interface RecordDecoderOptions {
  readonly limits: PayloadLimits
  /** Called with each whole record; throws a FrameError to refuse it. The head is used again for the next one. */
  readonly onRecord: (head: Readonly<RecordHead>, bytes: Uint8Array) => void
}

const EMPTY = new Uint8Array(0)
/** For fewer bytes, a read of their own is not worth it. */
const MIN_ROOM_BYTES = 32 * 1024

/**
 * A payload that lies whole within one chunk is handed out as a view of it, which keeps that chunk alive (64 KiB at most),
 * any other in a buffer of its own.
 */
export class RecordDecoder {
  /** The last chunk has payloads that were handed out as views of it. */
  keepsChunk = false
  readonly #limits: PayloadLimits
  readonly #onRecord: RecordDecoderOptions['onRecord']
  readonly #bytes = new Uint8Array(RECORD_HEAD_BYTES)
  readonly #view = new DataView(this.#bytes.buffer)
  readonly #head: RecordHead = { kind: 0, tag: 0, word: 0, id: 0, left: 0, right: 0, number: 0 }
  #filled = 0
  /** Of the payload that is read now; undefined within a head. */
  #lengthBytes: number | undefined
  #assembly: PayloadAssembly | undefined
  #failure: FrameError | undefined

  constructor({ limits, onRecord }: RecordDecoderOptions) {
    this.#limits = limits
    this.#onRecord = onRecord
  }

  /** No record is begun: a connection may end here. */
  get isBetweenFrames(): boolean {
    return this.#lengthBytes === undefined && this.#filled === 0
  }

  /**
   * Takes the next bytes. They must not be changed afterwards, unless `keepsChunk` says that nobody has them.
   * @throws FrameError when they are no record; every later call throws it again.
   */
  push(chunk: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure
    this.keepsChunk = false
    try {
      let offset = 0
      while (offset < chunk.length) offset = this.#step(chunk, offset)
    } catch (error) {
      if (error instanceof FrameError) this.#failure = error
      throw error
    }
  }

  /** Where the next bytes belong, when they are the rest of a large payload: a reader may put them there itself. */
  get room(): Uint8Array | undefined {
    const room = this.#assembly?.room
    return room !== undefined && room.length >= MIN_ROOM_BYTES ? room : undefined
  }

  /** So many bytes were put at the start of `room`. */
  filled(bytes: number): void {
    this.#assembly?.filled(bytes)
    this.#endAssembly()
  }

  #step(chunk: Uint8Array, offset: number): number {
    return this.#lengthBytes === undefined
      ? this.#readHead(chunk, offset)
      : this.#readPayload(chunk, offset, this.#lengthBytes)
  }

  /** It may be cut anywhere; for so few bytes, a loop beats `set`. */
  #readHead(chunk: Uint8Array, offset: number): number {
    const end = Math.min(chunk.length, offset + RECORD_HEAD_BYTES - this.#filled)
    for (let at = offset; at < end; at++) this.#bytes[this.#filled++] = chunk[at] ?? 0
    if (this.#filled === RECORD_HEAD_BYTES) this.#endHead()
    return end
  }

  #endHead(): void {
    this.#filled = 0
    const [head, view] = [this.#head, this.#view]
    head.kind = view.getUint8(0)
    head.tag = view.getUint8(1)
    head.word = view.getUint16(2)
    head.id = view.getUint32(4)
    head.left = view.getUint16(8)
    head.right = view.getUint16(10)
    head.number = view.getUint32(12)
    const lengthBytes = view.getUint32(16)
    this.#check(head, lengthBytes)
    if (lengthBytes === 0) this.#onRecord(head, EMPTY)
    else this.#lengthBytes = lengthBytes
  }

  #check({ kind, id }: RecordHead, lengthBytes: number): void {
    const most = this.#limits.get(kind)
    if (most === undefined) throw new FrameError('a record of this side', `kind ${kind}`)
    if (lengthBytes <= most) return
    throw new FrameError(`a payload of at most ${most} bytes`, `${lengthBytes} for kind ${kind}, id ${id}`)
  }

  #readPayload(chunk: Uint8Array, offset: number, lengthBytes: number): number {
    const end = offset + lengthBytes
    if (this.#assembly === undefined && end <= chunk.length) {
      this.keepsChunk = true
      this.#endPayload(chunk.subarray(offset, end))
      return end
    }
    this.#assembly ??= new PayloadAssembly(lengthBytes)
    const taken = this.#assembly.take(chunk.subarray(offset))
    if (this.#assembly.isWaiting) this.keepsChunk = true
    this.#endAssembly()
    return offset + taken
  }

  #endAssembly(): void {
    const bytes = this.#assembly?.bytes
    if (bytes === undefined) return
    this.#assembly = undefined
    this.#endPayload(bytes)
  }

  #endPayload(bytes: Uint8Array): void {
    this.#lengthBytes = undefined
    this.#onRecord(this.#head, bytes)
  }
}
