/** What a replica's host is given: its place, and its surroundings. */

import type { Clock, Listener, Logger } from '@mosec/core'
import type { ReplicaMessage } from '../control/control-messages.ts'
import type { ReplicaGuard } from './replica-guard.ts'

/** Which replica it is, and where it connects. */
export interface HostPlace {
  readonly stage: string
  readonly replica: number
  readonly listener: Listener
}

/** What a host needs from its surroundings. */
export interface ReplicaHostPorts {
  readonly clock: Clock
  readonly logger: Logger
  /** A checked message from the replica. */
  readonly received: (message: ReplicaMessage) => void
  /** Ends processes that outlive the server; they watch it themselves when left out. */
  readonly guard?: ReplicaGuard | undefined
}
