/** The ways to replicas: sockets to processes, ports to threads, nothing between within this one. */

import type { Transport } from '@mosec/core'
import { inlineTransport, threadTransport, unixSocketTransport } from '@mosec/ipc'
import type { ServerConfig } from '../config/index.ts'

/** One transport for each kind of isolation; disposed together. */
export interface Transports extends AsyncDisposable {
  readonly process: Transport
  readonly thread: Transport
  readonly inline: Transport
}

/** Opens nothing yet: a transport that no stage uses costs nothing. */
export function openTransports({ socketFolder }: ServerConfig): Transports {
  const sockets = unixSocketTransport(socketFolder === undefined ? {} : { directory: socketFolder })
  const threads = threadTransport()
  const inline = inlineTransport()
  return {
    process: sockets,
    thread: threads,
    inline,
    async [Symbol.asyncDispose]() {
      await Promise.all([sockets, threads, inline].map((one) => one[Symbol.asyncDispose]()))
    },
  }
}
