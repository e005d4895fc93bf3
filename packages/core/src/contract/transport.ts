/** How a batch travels to a replica and replies come back. */

import type { Outcome } from './outcome.ts'

/** One task of a batch, as it travels. */
export interface BatchItem {
  /** Unique among the tasks that the replica holds; u32. */
  readonly id: number
  /** Bit 0 ingress, bit 1 egress, bits 2 to 8 request codec, bits 9 to 15 response codec; see {@link packState}. */
  readonly state: number
  readonly bytes: Uint8Array
}

/** What a replica says of one task. */
export interface Reply extends Outcome {
  readonly id: number
  /** More replies for this task follow: this one is an event of its stream. */
  readonly isEvent?: boolean
}

/** What a link tells its parent side. */
export interface LinkEvents {
  /** Replies for any of the ids that the replica holds, in any order. */
  replied(replies: readonly Reply[]): void
  /** The replica is gone or spoke nonsense, or this end was closed; said once, and nothing follows. */
  closed(reason: string): void
}

/** The parent's end of the way to one replica, as a transport makes it. */
export interface Link {
  /** Once a task is answered nobody on the other side looks at the bytes that it was sent with. */
  readonly copiesBytes?: boolean
  /** Starts delivery. What came before is kept until then. */
  open(events: LinkEvents): void
  /**
   * Hands over one batch; never blocks and never throws. The bytes must stay as they are until they are answered.
   * @param budgetMs time left until the last deadline in the batch, 0 when unknown.
   */
  send(batch: readonly BatchItem[], budgetMs: number): void
  /** Ends it; harmless when it already ended. */
  close(): void
}

/**
 * A replica as the scheduler sees it: it appeared; it takes batches, answers ids and disappears. The scheduler closes
 * the connection of a replica that hangs, and that ends the replica, too.
 */
export interface Connection extends Link {
  /** 1-based number of the replica within its stage; stays the same when the replica is restarted. */
  readonly replica: number
  /** Nobody waits for this task any more: its signal is aborted. It is answered all the same, so that the stage knows. */
  cancel(id: number): void
  /** Events of this credit were taken: the stream may go on by as much. Absent where the other side never waits for it. */
  grant?(id: number, credit: number): void
}

/** What a channel tells its replica side. */
export interface ChannelEvents {
  /** A batch to compute. `budgetMs` as in {@link Link.send}. */
  batch(items: readonly BatchItem[], budgetMs: number): void
  /** The parent is gone or spoke nonsense, or this end was closed; said once, and nothing follows. */
  closed(reason: string): void
  /** Nobody looks at an item's bytes once it is answered, so that their memory may be used again. */
  readonly forgetsBytes?: boolean
}

/** The replica's end of the way to its parent. */
export interface Channel {
  /** Starts delivery. What came before is kept until then. */
  open(events: ChannelEvents): void
  /** Answers any of the ids that the replica holds; each id is answered once, events aside. */
  reply(replies: readonly Reply[]): void
  /**
   * Memory of so many bytes, for the bytes of one reply: what was lent leaves without another copy. The caller fills it and
   * does not touch it once it has replied. Absent where nothing is gained.
   */
  lend?(lengthBytes: number): Uint8Array
  /** Ends it, after what was already replied has left; harmless when it already ended. */
  close(): void
}

/** Where one replica may connect. */
export interface Listener extends AsyncDisposable {
  /** What the replica must be told to find it. */
  readonly address: string
  /** What the replica must be handed, too, when telling is not enough: a thread's `MessagePort`. */
  readonly door?: object
  /**
   * The next replica that connects; connecting means ready.
   * @throws the signal's reason when it is aborted first.
   */
  accept(signal: AbortSignal): Promise<Link>
}

/** A way to reach replicas: Unix sockets, threads, memory. */
export interface Transport extends AsyncDisposable {
  /**
   * Opens an address for one replica.
   * @param name of the replica, unique among the open listeners: letters, digits, `-`, `_`, `.`.
   */
  listen(name: string): Promise<Listener>
}

const INGRESS = 0b01
const EGRESS = 0b10
const CODEC_MASK = 0x7f
/** No route has so many codecs: in place of an index it marks a value from the server's own process. */
const IN_PROCESS = CODEC_MASK

/** The parts of a batch item's state. */
export interface ItemState {
  readonly isIngress: boolean
  readonly isEgress: boolean
  /** Index into the codecs of the ingress worker, 0 to 127. */
  readonly requestCodec: number
  /** Index into the codecs of the egress worker, 0 to 127. */
  readonly responseCodec: number
}

/** Packs the parts into a u16, as Mosec's frames carry it (`protocol.rs`: bits 0 and 1; ours: the rest). */
export function packState(state: ItemState): number {
  return (
    (state.isIngress ? INGRESS : 0) |
    (state.isEgress ? EGRESS : 0) |
    ((state.requestCodec & CODEC_MASK) << 2) |
    ((state.responseCodec & CODEC_MASK) << 9)
  )
}

/** The state of a task that a caller in this process has handed in as a value, at its first stage: no codec. */
export const inProcessState = packState({
  isIngress: false,
  isEgress: false,
  requestCodec: IN_PROCESS,
  responseCodec: 0,
})

/** The state of such a task at its last stage, whose result is the caller's value: no codec there, either. */
export const markLastInProcess = (state: number): number => state | (IN_PROCESS << 9)

/** The state of a task that has left its ingress stage, for the next one. */
export function markEgress(state: number, isEgressStage: boolean): number {
  return (state & ~(INGRESS | EGRESS)) | (isEgressStage ? EGRESS : 0)
}

/** The item's worker reads the client's own bytes. */
export const isIngress = (state: number): boolean => (state & INGRESS) !== 0
/** The item's worker is the first to see it, as bytes or as a value: what a client or a caller sends is checked here. */
export const isFirst = (state: number): boolean => isIngress(state) || requestCodec(state) === IN_PROCESS
/** The item's worker gives the result to a caller in the server's process, in the form that all workers share. */
export const isLastInProcess = (state: number): boolean =>
  !isEgress(state) && responseCodec(state) === IN_PROCESS
/** The item's worker writes the client's answer. */
export const isEgress = (state: number): boolean => (state & EGRESS) !== 0
/** Index of the codec that the request came in. */
export const requestCodec = (state: number): number => (state >> 2) & CODEC_MASK
/** Index of the codec that the answer goes out in. */
export const responseCodec = (state: number): number => (state >> 9) & CODEC_MASK
