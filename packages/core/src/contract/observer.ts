/** Told what happened, with plain data. Metrics, logs and traces are observers. */

import type { OutcomeCode } from './outcome.ts'
import type { ReplicaReport } from './replica-report.ts'
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
  /** Times it died in a row, none of its lives having lasted a healthy minute; 0 or left out when all is well. */
  readonly deaths?: number
  /** In back-off: time until it is started again, in milliseconds. */
  readonly retryInMs?: number
}

/** Why a replica was replaced by a fresh one. */
export type RecycleReason = 'batches' | 'age' | 'rss' | 'gauge'

/** A replica was replaced by a fresh one, which has taken its number and its work. */
export interface ReplicaRecycled {
  readonly stage: string
  readonly replica: number
  readonly reason: RecycleReason
}

/** How a stage runs was changed while it ran. */
export interface StageChanged {
  readonly stage: string
  /** The settings that were changed: `replicas`, `maxBatchSize`, `maxWaitMs`, `drained`. */
  readonly settings: readonly string[]
}

/** What a replica has said of itself in this life, all of it. */
export interface ReplicaReported extends ReplicaReport {
  readonly stage: string
  readonly replica: number
}

/** Waiting in a queue; with a replica; with a replica that has begun to stream its answer. */
export type CancelledWhere = 'queued' | 'running' | 'streaming'

/** An HTTP answer on an inference route. */
export interface Answered {
  /** The registered route, never the path as sent. */
  readonly endpoint: string
  readonly status: number
  /** From the head of the request to the end of the answer, in milliseconds. */
  readonly durationMs: number
  /** The client left before its request was whole, or while its answer was written: no task was there to be cancelled. */
  readonly left?: 'reading' | 'answering'
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
  /** The client left; `where` tells what became of the task's work until then, `stage` in whose hands it was. */
  cancelled?(task: TaskInfo, where: CancelledWhere, stage: string): void
  /** Items of a batch whose `forward` threw failed alone, while the rest of it was computed again without them. */
  isolated?(stage: string, tasks: number): void
  /** A task goes back to its queue since its replica died. */
  retried?(task: TaskInfo, stage: string): void
  replicaChanged?(change: ReplicaChanged): void
  /** A replica said something of itself; said again with the whole when it changes. */
  replicaReported?(report: ReplicaReported): void
  replicaRecycled?(recycled: ReplicaRecycled): void
  stageChanged?(change: StageChanged): void
  answered?(answer: Answered): void
}
