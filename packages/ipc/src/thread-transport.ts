/** Reaches replicas that are threads of this process: messages between ports, large payloads moved and not copied. */

import { MessageChannel, MessagePort } from 'node:worker_threads'
import type { Link, Listener, Transport } from '@mosec/core'
import { PortEnd } from './port-end.ts'
import { readReplies, writeBatch } from './thread-messages.ts'
import { WaitingLinks } from './waiting-links.ts'

/** A listener whose replica is handed the `door`, as `workerData` say. */
export interface ThreadListener extends Listener {
  readonly door: MessagePort
}

/** A transport for `worker_threads`. */
export interface ThreadTransport extends Transport {
  listen(name: string): Promise<ThreadListener>
}

/** Makes one. Disposing it ends its listeners and links; the threads are their owner's to end. */
export function threadTransport(): ThreadTransport {
  const listeners = new Map<string, PortListener>()
  const links = new Set<Link>()
  let isDisposed = false
  return {
    async listen(name) {
      if (isDisposed) throw new Error('the transport is disposed')
      if (listeners.has(name)) throw new Error(`a replica named ${name} is listened for already`)
      const listener = new PortListener(name, { links, disposed: () => listeners.delete(name) })
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

interface PortListenerOptions {
  /** Gets every link while it is open, so that the transport can end them. */
  readonly links: Set<Link>
  readonly disposed: () => void
}

/** Replicas come in by sending a port through the door. */
class PortListener implements ThreadListener {
  readonly address: string
  readonly door: MessagePort
  readonly #options: PortListenerOptions
  readonly #inside: MessagePort
  readonly #waiting: WaitingLinks

  constructor(name: string, options: PortListenerOptions) {
    const { port1, port2 } = new MessageChannel()
    this.address = `thread:${name}`
    this.#waiting = new WaitingLinks(this.address)
    this.door = port2
    this.#inside = port1
    this.#options = options
    port1.on('message', (port: unknown) => {
      if (port instanceof MessagePort) this.#connected(port)
    })
    // A door that nobody comes through does not keep the process alive.
    port1.unref()
  }

  accept(signal: AbortSignal): Promise<Link> {
    return this.#waiting.accept(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#inside.close()
    this.#waiting.dispose()
    this.#options.disposed()
  }

  #connected(port: MessagePort): void {
    const link = threadLink(port)
    this.#options.links.add(link)
    port.once('close', () => this.#options.links.delete(link))
    this.#waiting.push(link)
    this.#inside.postMessage('welcome')
  }
}

function threadLink(port: MessagePort): Link {
  // Kept, since a task may have to be sent again. What another thread lent is looked at by both.
  const end = new PortEnd(port, { how: 'copied', isShared: ({ byteOffset }) => byteOffset === 0 })
  let returned: SharedArrayBuffer[] = []
  const giveBack = (block: SharedArrayBuffer): void => void returned.push(block)
  return {
    copiesBytes: true,
    open: (events) =>
      end.open({
        parcel: (parcel) => events.replied(readReplies(parcel, giveBack)),
        closed: (reason) => events.closed(reason),
      }),
    send: (items, budgetMs) => {
      if (items.length === 0) return
      end.post((parcel) => writeBatch(parcel, { items, budgetMs, returned }))
      if (returned.length > 0) returned = []
    },
    close: () => end.close(),
  }
}
