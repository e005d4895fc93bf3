/** The replica's way to its supervisor, beside the batches, as a port. */

import type { ParentMessage, ReplicaMessage } from './control-messages.ts'

/** What the control tells the replica. */
export interface ReplicaControlEvents {
  message(message: ParentMessage): void
  /** The parent is gone; said once, and nothing follows. */
  closed(reason: string): void
}

/** The replica's end of the control. */
export interface ReplicaControl {
  /** Never blocks and never throws; lost when the parent is gone. */
  send(message: ReplicaMessage): void
  /** Starts delivery. */
  open(events: ReplicaControlEvents): void
  /** Ends it, and resolves when what was sent has left; harmless when it already ended. */
  close(): Promise<void>
}
