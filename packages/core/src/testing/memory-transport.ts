/** A transport without a socket: replicas are reached within the process, in an order that a test controls. */

import { EventEmitter, once } from 'node:events'
import type { Outcome } from '../contract/outcome.ts'
import type {
  BatchItem,
  Channel,
  ChannelEvents,
  Link,
  LinkEvents,
  Listener,
  Reply,
  Transport,
} from '../contract/transport.ts'
import { type DeliveryMode, DeliveryQueue } from './delivery-queue.ts'

/** When what was sent arrives. */
export interface MemoryTransportOptions {
  /**
   * `microtask` (the default): soon after the sender's turn, as with a socket. `sync`: before `send` or `reply`
   * returns, for tests that step through a scheduler.
   */
  readonly deliver?: DeliveryMode
}

/** A transport whose replicas live in the test. */
export interface MemoryTransport extends Transport {
  /**
   * Connects a replica.
   * @throws Error when nobody listens there.
   */
  connect(address: string): Channel
  /** Keeps back everything from now on (batches, replies, closings), until `release`. */
  hold(): void
  /** Delivers the first `count` things that are held, in order; without a count, all of them, and holds no more. */
  release(count?: number): void
  /** Things that are held back. */
  readonly heldDeliveries: number
}

/** Makes one; each has its own addresses and its own hold. */
export function memoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  return new InMemory(options.deliver ?? 'microtask')
}

/** One end's events: kept until it opens, nothing after its `closed`. */
class Inbox<Events extends { closed(reason: string): void }> {
  #events: Events | undefined
  #kept: ((events: Events) => void)[] = []
  #isClosed = false

  /** @param soon runs what has come before, when the opener's turn is over (or at once, in `sync` mode). */
  open(events: Events, soon: (drain: () => void) => void): void {
    soon(() => {
      this.#events = events
      const kept = this.#kept
      this.#kept = []
      for (const tell of kept) tell(events)
    })
  }

  deliver(tell: (events: Events) => void): void {
    if (this.#isClosed) return
    if (this.#events === undefined) this.#kept.push(tell)
    else tell(this.#events)
  }

  close(reason: string): void {
    this.deliver((events) => events.closed(reason))
    this.#isClosed = true
  }
}

type Closable = Pick<Inbox<LinkEvents>, 'close'>

/** The two ends of one connection. */
class MemoryPair {
  readonly #queue: DeliveryQueue
  readonly #linkInbox = new Inbox<LinkEvents>()
  readonly #channelInbox = new Inbox<ChannelEvents>()
  #isEnded = false

  constructor(queue: DeliveryQueue) {
    this.#queue = queue
  }

  readonly link: Link = {
    open: (events) => this.#linkInbox.open(events, (drain) => this.#queue.soon(drain)),
    send: (batch, budgetMs) => {
      if (this.#isEnded || batch.length === 0) return
      const items = batch.map(copyOfItem)
      this.#queue.push(() => this.#channelInbox.deliver((events) => events.batch(items, budgetMs)))
    },
    close: () => this.end(),
  }

  readonly channel: Channel = {
    open: (events) => this.#channelInbox.open(events, (drain) => this.#queue.soon(drain)),
    reply: (replies) => {
      if (this.#isEnded || replies.length === 0) return
      const copies = replies.map(copyOfReply)
      this.#queue.push(() => this.#linkInbox.deliver((events) => events.replied(copies)))
    },
    close: () => this.#end(this.#channelInbox, this.#linkInbox),
  }

  /** Ends both sides, as the death of a parent does. */
  end(): void {
    this.#end(this.#linkInbox, this.#channelInbox)
  }

  #end(mine: Closable, other: Closable): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#queue.push(() => mine.close('closed by this side'))
    this.#queue.push(() => other.close('the other side ended the connection'))
  }
}

/** As a wire would carry it: the sender's object may change afterwards. */
function copyOfItem({ id, state, bytes }: BatchItem): BatchItem {
  return { id, state, bytes }
}

function copyOfReply(reply: Reply): Reply {
  const { id, code, bytes } = reply
  const outcome: Outcome =
    reply.httpStatus === undefined ? { code, bytes } : { code, bytes, httpStatus: reply.httpStatus }
  return reply.isEvent === true ? { ...outcome, id, isEvent: true } : { ...outcome, id }
}

class MemoryListener implements Listener {
  readonly address: string
  readonly #forget: () => void
  readonly #changes = new EventEmitter().setMaxListeners(0)
  #unclaimed: MemoryPair[] = []
  #isDisposed = false

  constructor(address: string, forget: () => void) {
    this.address = address
    this.#forget = forget
  }

  connected(pair: MemoryPair): void {
    this.#unclaimed.push(pair)
    this.#changes.emit('change')
  }

  async accept(signal: AbortSignal): Promise<Link> {
    while (true) {
      signal.throwIfAborted()
      if (this.#isDisposed) throw new Error(`the listener at ${this.address} is disposed`)
      const pair = this.#unclaimed.shift()
      if (pair !== undefined) return pair.link
      await once(this.#changes, 'change', { signal }).catch(() => {})
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#forget()
    for (const pair of this.#unclaimed) pair.end()
    this.#changes.emit('change')
  }
}

class InMemory implements MemoryTransport {
  readonly #queue: DeliveryQueue
  readonly #listeners = new Map<string, MemoryListener>()
  readonly #pairs = new Set<MemoryPair>()
  #isDisposed = false

  constructor(mode: DeliveryMode) {
    this.#queue = new DeliveryQueue(mode)
  }

  get heldDeliveries(): number {
    return this.#queue.held
  }

  hold(): void {
    this.#queue.hold()
  }

  release(count?: number): void {
    this.#queue.release(count)
  }

  connect(address: string): Channel {
    const listener = this.#listeners.get(address)
    if (listener === undefined) throw new Error(`nobody listens at ${address}`)
    const pair = new MemoryPair(this.#queue)
    this.#pairs.add(pair)
    listener.connected(pair)
    return pair.channel
  }

  async listen(name: string): Promise<Listener> {
    if (this.#isDisposed) throw new Error('the transport is disposed')
    const address = `memory:${name}`
    if (this.#listeners.has(address)) throw new Error(`somebody listens at ${address} already`)
    const listener = new MemoryListener(address, () => this.#listeners.delete(address))
    this.#listeners.set(address, listener)
    return listener
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    for (const listener of this.#listeners.values()) await listener[Symbol.asyncDispose]()
    for (const pair of this.#pairs) pair.end()
  }
}
