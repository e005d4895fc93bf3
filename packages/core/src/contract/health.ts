/** Is the service able to answer, and if not, which stage is in the way. */

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

/** The whole service. */
export interface Health {
  /** `ready` only when every stage has a ready replica and none is drained; `draining` once a stop was asked for. */
  readonly status: 'starting' | 'ready' | 'degraded' | 'draining'
  readonly stages: readonly StageHealth[]
}
