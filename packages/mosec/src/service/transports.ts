/** The ways to replicas: sockets to processes, ports to threads. */

import type { Transport } from '@mosec/core'
import { threadTransport, unixSocketTransport } from '@mosec/ipc'
import type { ServerConfig } from '../config/index.ts'

/** One transport for each kind of isolation; disposed together. */
export interface Transports extends AsyncDisposable {
  readonly process: Transport
  readonly thread: Transport
}

/** Opens nothing yet: a transport that no stage uses costs nothing. */
export function openTransports({ socketFolder }: ServerConfig): Transports {
  const sockets = unixSocketTransport(socketFolder === undefined ? {} : { directory: socketFolder })
  const threads = threadTransport()
  return {
    process: sockets,
    thread: threads,
    async [Symbol.asyncDispose]() {
      await Promise.all([sockets[Symbol.asyncDispose](), threads[Symbol.asyncDispose]()])
    },
  }
}
