/** What handlers and middleware of a face's Hono app find in `c.env`. */

import type { Http2Bindings, HttpBindings } from '@hono/node-server'

/** Told how a streamed answer goes, which its status line cannot say. */
export interface StreamRecord {
  /** The head is out; `ended` follows. */
  opened(): void
  /** @param status of the task's outcome, or 499 when the client left. */
  ended(status: number): void
}

/** Node's objects are there for requests that came through a socket; `record` is the face's own. */
export interface FaceEnv {
  Bindings: Partial<HttpBindings | Http2Bindings> & { readonly record?: StreamRecord }
}
