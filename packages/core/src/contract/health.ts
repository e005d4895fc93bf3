/** Is the service able to answer, and if not, which stage is in the way. */

import type { ReplicaState } from './observer.ts'

/** One stage's replicas. */
export interface StageHealth {
  readonly stage: string
  /** Replicas that can take a batch now. */
  readonly ready: number
  /** Replicas that were asked for. */
  readonly replicas: number
  /** Taken out of service by hand: routes that need it are refused. */
  readonly isDrained?: boolean
}

/** A replica that dies again and again, or has died not long ago; the log says why. */
export interface FailingReplica {
  readonly stage: string
  readonly replica: number
  /** `backoff` while it waits for its next start. */
  readonly state: ReplicaState
  /** Times it died in a row, none of its lives having lasted a healthy minute. */
  readonly deaths: number
  /** Times it was started again since the server runs. */
  readonly restarts: number
  /** In back-off: time until it is started again, in milliseconds. */
  readonly retryInMs?: number
}

/** The whole service. */
export interface Health {
  /** `ready` only when every stage has a ready replica and none is drained; `draining` once a stop was asked for. */
  readonly status: 'starting' | 'ready' | 'degraded' | 'draining'
  readonly stages: readonly StageHealth[]
  /** Also of a service that is ready, since others do their work. */
  readonly failing?: readonly FailingReplica[]
}
