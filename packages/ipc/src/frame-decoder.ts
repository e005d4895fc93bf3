/** Bytes -> frames, in whatever pieces the bytes come. */

import type { BatchItem, BlockPool, Outcome } from '@mosec/core'
import { FrameError } from './frame-error.ts'
import { DEFAULT_MAX_PAYLOAD_BYTES, FRAME_HEADER_BYTES, ITEM_HEADER_BYTES } from './frame-layout.ts'
import { PayloadAssembly } from './payload-assembly.ts'
import { payloadMemory } from './payload-memory.ts'
import { IN_RING, RING_BYTES } from './ring/ring-layout.ts'
import type { RingReader } from './ring/ring-reader.ts'

/** What a decoder checks and whom it tells. */
export interface FrameDecoderOptions {
  /** Longest payload it takes, in bytes; 1 GiB unless set. */
  readonly maxPayloadBytes?: number
  /** Called with each frame's flag, before its items; throws a FrameError to refuse it. */
  readonly checkFlag?: (flag: number) => void
  /** Called with each whole frame that has items. */
  readonly onFrame: (flag: number, items: readonly ReceivedItem[]) => void
  /** Has large payloads, when both ends of the connection have one. */
  readonly ring?: RingReader | undefined
}

/** An item, and how to give the memory of a large payload back. */
export interface ReceivedItem extends BatchItem, Pick<Outcome, 'release'> {}

const EMPTY = new Uint8Array(0)
/** For fewer bytes, a read of their own is not worth it. */
const MIN_ROOM_BYTES = 32 * 1024

/**
 * An incremental decoder. A payload that lies whole within one chunk is handed out as a view of it, any other in a
 * buffer of its own. A view keeps its chunk alive: a chunk is what one read of the socket returned (64 KiB at most),
 * holds mostly the payloads of one batch, and these live and die together; so even a lone survivor costs 64 KiB.
 */
export class FrameDecoder {
  readonly #maxPayloadBytes: number
  readonly #checkFlag: ((flag: number) => void) | undefined
  readonly #onFrame: FrameDecoderOptions['onFrame']
  readonly #ring: RingReader | undefined
  readonly #header = new Uint8Array(ITEM_HEADER_BYTES)
  readonly #headerView = new DataView(this.#header.buffer)
  #headerFilled = 0
  #expects: 'frame' | 'item' | 'payload' = 'frame'
  #flag = 0
  #count = 0
  /** Memory for large payloads; new memory for each when left out. */
  pool: BlockPool<ArrayBuffer> | undefined = undefined
  /** The last chunk has payloads that were handed out as views of it. */
  keepsChunk = false
  #items: ReceivedItem[] = []
  #id = 0
  #state = 0
  #lengthBytes = 0
  #assembly: PayloadAssembly | undefined
  #failure: FrameError | undefined

  constructor(options: FrameDecoderOptions) {
    this.#maxPayloadBytes = options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES
    this.#checkFlag = options.checkFlag
    this.#onFrame = options.onFrame
    this.#ring = options.ring
  }

  /** No frame is begun: a connection may end here. */
  get isBetweenFrames(): boolean {
    return this.#expects === 'frame' && this.#headerFilled === 0
  }

  /**
   * Takes the next bytes. They must not be changed afterwards, unless `keepsChunk` says that nobody has them.
   * @throws FrameError when they are no frame; every later call throws it again.
   */
  push(chunk: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure
    this.keepsChunk = false
    let offset = 0
    while (offset < chunk.length) offset = this.#step(chunk, offset)
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
    if (this.#expects === 'payload') return this.#readPayload(chunk, offset)
    const size = this.#expects === 'item' ? ITEM_HEADER_BYTES : FRAME_HEADER_BYTES
    const end = this.#fillHeader(chunk, offset, size)
    if (this.#headerFilled < size) return end
    this.#headerFilled = 0
    if (this.#expects === 'item') this.#beginItem()
    else this.#beginFrame()
    return end
  }

  /** Gathers a header's bytes, which may be cut anywhere; for so few, a loop beats `set`. */
  #fillHeader(chunk: Uint8Array, offset: number, size: number): number {
    const end = Math.min(chunk.length, offset + size - this.#headerFilled)
    for (let at = offset; at < end; at++) this.#header[this.#headerFilled++] = chunk[at] ?? 0
    return end
  }

  #beginFrame(): void {
    this.#flag = this.#headerView.getUint16(0)
    this.#count = this.#headerView.getUint16(2)
    this.#guard(() => this.#checkFlag?.(this.#flag))
    // Mosec's ends take a frame without items, so ours do; there is nobody to tell.
    if (this.#count > 0) this.#expects = 'item'
  }

  #beginItem(): void {
    this.#id = this.#headerView.getUint32(0)
    this.#state = this.#headerView.getUint16(4)
    this.#lengthBytes = this.#headerView.getUint32(6)
    if (this.#ring !== undefined && this.#lengthBytes >= IN_RING) {
      this.#readRing(this.#ring)
      return
    }
    if (this.#lengthBytes > this.#maxPayloadBytes)
      this.#refuseLength(this.#maxPayloadBytes, '(maxPayloadBytes)')
    if (this.#lengthBytes === 0) this.#endItem(EMPTY)
    else this.#expects = 'payload'
  }

  /** The payload is there as a whole: whoever sent this frame put it there first. */
  #readRing(ring: RingReader): void {
    this.#lengthBytes -= IN_RING
    const maxBytes = Math.min(this.#maxPayloadBytes, RING_BYTES)
    if (this.#lengthBytes > maxBytes) this.#refuseLength(maxBytes, 'in the ring')
    const { bytes, release } = payloadMemory(this.#lengthBytes, this.pool)
    this.#guard(() => ring.take(bytes))
    this.#endItem(bytes, release)
  }

  #readPayload(chunk: Uint8Array, offset: number): number {
    const end = offset + this.#lengthBytes
    if (this.#assembly === undefined && end <= chunk.length) {
      this.keepsChunk = true
      this.#endItem(chunk.subarray(offset, end))
      return end
    }
    this.#assembly ??= new PayloadAssembly(this.#lengthBytes, this.pool)
    const taken = this.#assembly.take(chunk.subarray(offset))
    if (this.#assembly.isWaiting) this.keepsChunk = true
    this.#endAssembly()
    return offset + taken
  }

  #endAssembly(): void {
    const bytes = this.#assembly?.bytes
    if (bytes === undefined) return
    const release = this.#assembly?.release
    this.#assembly = undefined
    this.#endItem(bytes, release)
  }

  #endItem(bytes: Uint8Array, release?: () => void): void {
    const item = { id: this.#id, state: this.#state, bytes }
    this.#items.push(release === undefined ? item : { ...item, release })
    if (this.#items.length < this.#count) {
      this.#expects = 'item'
      return
    }
    const items = this.#items
    this.#items = []
    this.#expects = 'frame'
    this.#onFrame(this.#flag, items)
  }

  #refuseLength(maxBytes: number, why: string): void {
    const item = `${this.#lengthBytes} for item ${this.#items.length + 1} of ${this.#count}, id ${this.#id}`
    this.#guard(() => {
      throw new FrameError(`a payload of at most ${maxBytes} bytes ${why}`, item)
    })
  }

  #guard(check: () => void): void {
    try {
      check()
    } catch (error) {
      if (error instanceof FrameError) this.#failure = error
      throw error
    }
  }
}
