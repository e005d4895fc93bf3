/** The two halves of a port, HTTP/1 and HTTP/2, as the port sees them. */

import type { Socket } from 'node:net'
import type { NodeRequest, NodeResponse } from './node-messages.ts'

/** Answers a request; `expectsContinue` when the client waits for `100 Continue`. */
export type Dispatch = (request: NodeRequest, response: NodeResponse, expectsContinue: boolean) => void

/** One protocol on connections that the port has accepted. */
export interface Protocol {
  /** Takes a connection over, with all bytes that it has sent. */
  accept(socket: Socket): void
  /** The port has closed and all connections are gone. */
  stop(): void
}
