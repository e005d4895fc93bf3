/** Reaches replicas within this very process: no bytes are copied, and nothing is between the two ends but a turn. */

import { type Channel, type Link, type Listener, StartError, type Transport } from '@mosec/core'
import { inlineEnds } from './inline-ends.ts'
import { WaitingLinks } from './waiting-links.ts'

/** What an inline replica connects through; see {@link connectInline}. */
export interface InlineDoor {
  /** @throws StartError when nobody listens behind it any more. */
  enter(): Channel
}

/** A listener whose replica is handed the `door`. */
export interface InlineListener extends Listener {
  readonly door: InlineDoor
}

/** A transport for replicas in this process. */
export interface InlineTransport extends Transport {
  listen(name: string): Promise<InlineListener>
}

/** Makes one. Disposing it ends its listeners and links. */
export function inlineTransport(): InlineTransport {
  const listeners = new Map<string, DoorListener>()
  const links = new Set<Link>()
  let isDisposed = false
  return {
    async listen(name) {
      if (isDisposed) throw new Error('the transport is disposed')
      if (listeners.has(name)) throw new Error(`a replica named ${name} is listened for already`)
      const listener = new DoorListener(name, { links, disposed: () => listeners.delete(name) })
      listeners.set(name, listener)
      return listener
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      for (const listener of [...listeners.values()]) await listener[Symbol.asyncDispose]()
      for (const link of [...links]) link.close()
    },
  }
}

/**
 * Connects a replica to its parent. The parent takes it as ready from then on, so warm up first.
 * @param door as the listener had it.
 * @throws StartError when it is no such door, or nobody listens behind it.
 */
export async function connectInline(door: object | undefined): Promise<Channel> {
  if (door instanceof Door) return door.enter()
  throw new StartError('cannot reach the parent: this is no door of an inline transport')
}

interface DoorListenerOptions {
  /** Gets every link while it is open, so that the transport can end them. */
  readonly links: Set<Link>
  readonly disposed: () => void
}

class Door implements InlineDoor {
  readonly #enter: () => Channel

  constructor(enter: () => Channel) {
    this.#enter = enter
  }

  enter(): Channel {
    return this.#enter()
  }
}

class DoorListener implements InlineListener {
  readonly address: string
  readonly door: InlineDoor
  readonly #options: DoorListenerOptions
  readonly #waiting: WaitingLinks
  #isDisposed = false

  constructor(name: string, options: DoorListenerOptions) {
    this.address = `inline:${name}`
    this.door = new Door(() => this.#connect())
    this.#waiting = new WaitingLinks(this.address)
    this.#options = options
  }

  accept(signal: AbortSignal): Promise<Link> {
    return this.#waiting.accept(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#waiting.dispose()
    this.#options.disposed()
  }

  #connect(): Channel {
    if (this.#isDisposed) throw new StartError(`cannot reach the parent: nobody listens at ${this.address}`)
    const { links } = this.#options
    const { link, channel } = inlineEnds(() => links.delete(link))
    links.add(link)
    this.#waiting.push(link)
    return channel
  }
}
