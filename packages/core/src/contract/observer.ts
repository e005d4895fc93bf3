/** Told what happened, with plain data. Metrics, logs and traces are observers. */

import type { OutcomeCode } from './outcome.ts'
import type { TaskInfo } from './task.ts'

/** A batch that was handed to a replica. */
export interface BatchSent {
  readonly stage: string
  /** 1-based. */
  readonly replica: number
  /** Tasks in it. */
  readonly size: number
  readonly maxBatchSize: number
  /** From the first task's queueing to now, in milliseconds. */
  readonly formedInMs: number
}

/** A batch whose last reply came back. */
export interface BatchReplied {
  readonly stage: string
  readonly replica: number
  readonly size: number
  /** Tasks of it that failed. */
  readonly failures: number
  /** From handing over to the last reply, in milliseconds. */
  readonly durationMs: number
}

/** Where a replica is in its life. */
export type ReplicaState = 'starting' | 'ready' | 'backoff' | 'stopping' | 'stopped'

/** A replica changed its state. */
export interface ReplicaChanged {
  readonly stage: string
  readonly replica: number
  readonly state: ReplicaState
  /** Times it was started again after it died. */
  readonly restarts: number
  /** Why, when it did not change by plan. */
  readonly reason?: string
}

/** An HTTP answer on an inference route. */
export interface Answered {
  /** The registered route, never the path as sent. */
  readonly endpoint: string
  readonly status: number
  /** From the head of the request to the end of the answer, in milliseconds. */
  readonly durationMs: number
}

/** Every method is optional. One that throws is contained and reported once to the log. */
export interface Observer {
  /** A task passed the front door. */
  admitted?(task: TaskInfo): void
  /** A request was turned away at the front door. */
  refused?(route: string, code: OutcomeCode): void
  /** A task joined a stage's queue. */
  queued?(task: TaskInfo, stage: string): void
  /** A task left a stage's queue for a batch. */
  dequeued?(task: TaskInfo, stage: string, queuedMs: number): void
  batchSent?(batch: BatchSent): void
  batchReplied?(batch: BatchReplied): void
  /** A task has its outcome; said exactly once for each admitted task. */
  settled?(task: TaskInfo, code: OutcomeCode, durationMs: number): void
  /** A deadline passed; `where` tells whether the task was still waiting. */
  expired?(task: TaskInfo, where: 'queued' | 'running'): void
  /** The client left. */
  cancelled?(task: TaskInfo, where: 'queued' | 'running'): void
  /** A task goes back to its queue since its replica died. */
  retried?(task: TaskInfo, stage: string): void
  replicaChanged?(change: ReplicaChanged): void
  answered?(answer: Answered): void
}
