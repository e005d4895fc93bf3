/** How a stage runs at this moment, for people, dashboards and autoscalers. */

import type { BatchPolicyName, Isolation } from '../stage-options.ts'

/** Replicas by what they do now. */
export interface ReplicaCounts {
  /** They take work. */
  readonly ready: number
  /** Their worker is being set up. */
  readonly starting: number
  /** They died or did not start, and are started again after a pause. */
  readonly backoff: number
  /** They get no more work, finish what they hold, and end. */
  readonly leaving: number
}

/** One stage. What `PATCH` takes has the same name here. */
export interface StageState {
  readonly name: string
  /** Paths of the routes that go through it. */
  readonly routes: readonly string[]
  /** Running copies that are wanted. */
  readonly replicas: number
  /** Running copies that there are. */
  readonly states: ReplicaCounts
  readonly maxBatchSize: number
  /** Milliseconds; null for none. */
  readonly maxWaitMs: number | null
  readonly policy: BatchPolicyName
  readonly isolation: Isolation
  /** Out of service. */
  readonly drained: boolean
  /** Tasks that wait here. */
  readonly queued: number
  /** Tasks that replicas hold. */
  readonly running: number
  /** Expected cost of a full batch, in milliseconds; null until one came back. */
  readonly fullBatchMs: number | null
}

/** No replica is on its way, in or out. */
export function isSettled({ replicas, states }: StageState): boolean {
  return states.ready === replicas && states.leaving === 0
}
