/** One request on its way. */

import type { Outcome } from './outcome.ts'
import { orderMs, type Priority } from './priority.ts'
import type { StreamCredit } from './stream-credit.ts'
import type { BatchItem } from './transport.ts'

/** What observers see of a task. */
export interface TaskInfo {
  readonly id: number
  /** The registered route. */
  readonly route: string
  /** When it was admitted, in clock milliseconds. */
  readonly admittedMs: number
  /** When it must be answered, in clock milliseconds. */
  readonly deadlineMs: number
  /** Position in its pipeline, from 0. */
  readonly stageIndex: number
}

/** Who waits for a task. Called in the scheduler's turn, so it must be quick and must not throw. */
export interface TaskSink {
  /** It passed the front door: the first that is said of it, and never said of one that was refused. */
  admitted?(): void
  /** The task has ended; called exactly once, also when it was refused. */
  settled(outcome: Outcome): void
  /**
   * One event of its stream; never after `settled`. `false` means full: the replica is held back, and at most a window
   * of events (see `STREAM_WINDOW`) still comes, until `Submitter.resume` is called in a later turn.
   */
  event?(bytes: Uint8Array): boolean | undefined
}

/** The tasks handed to one replica at once, as their stage books them. */
export interface Batch {
  /** Tasks in it. */
  readonly size: number
  /** When it was handed over, in clock milliseconds. */
  readonly sentMs: number
  /** Deadline of the last of them, in clock milliseconds: nobody waits for the batch any more. */
  readonly deadlineMs: number
  /** Tasks of it that the replica has not answered yet. */
  remaining: number
  /** Tasks of it that were answered with an error. */
  failures: number
  /** It is one task that was with a dying replica: another death must be nobody else's. */
  readonly isSuspect: boolean
}

/** What a task starts with. */
export interface TaskOptions extends Pick<TaskInfo, 'id' | 'route' | 'admittedMs' | 'deadlineMs'> {
  readonly state: number
  readonly bytes: Uint8Array
  /** See `Submission.release`. */
  readonly release?: (() => void) | undefined
  readonly sink: TaskSink
  /** See `Submission.isInProcess`. */
  readonly isInProcess: boolean
  readonly priority: Priority
}

/**
 * The scheduler's own record of a task, one object from admission to settlement. It is also the batch item that
 * travels, and a node of the queue it waits in, so that moving it allocates nothing.
 */
export class Task implements BatchItem, TaskInfo {
  readonly id: number
  readonly route: string
  readonly admittedMs: number
  readonly deadlineMs: number
  readonly sink: TaskSink
  readonly isInProcess: boolean
  readonly priority: Priority
  /** Its place among the waiting tasks of its route: the earliest goes first; clock milliseconds. */
  readonly orderMs: number
  state: number
  bytes: Uint8Array
  /** Gives the memory of `bytes` back; see `Outcome.release`. */
  release: (() => void) | undefined
  stageIndex = 0
  isSettled = false
  /** Set with the first event of its stream: from then on it cannot begin anew on another replica. */
  stream: StreamCredit | undefined = undefined
  /** Times a replica died that may have been computing this task. */
  crashes = 0
  /** Number of the last replica that did. */
  crashedOn: number | undefined = undefined
  /** When it joined the queue it is in, or last was in; clock milliseconds. */
  queuedMs = 0
  /** The batch it travels in, or last travelled in. Owned by `Stage`. */
  batch: Batch | undefined = undefined
  /** Links of the queue it waits in; `queue` tells which. Owned by `TaskQueue`. */
  queue: object | undefined = undefined
  previous: Task | undefined = undefined
  next: Task | undefined = undefined
  /** Position in the deadline heap, -1 outside. Owned by `DeadlineHeap`. */
  heapIndex = -1

  constructor(options: TaskOptions) {
    this.id = options.id
    this.route = options.route
    this.admittedMs = options.admittedMs
    this.deadlineMs = options.deadlineMs
    this.sink = options.sink
    this.isInProcess = options.isInProcess
    this.priority = options.priority
    this.orderMs = orderMs(options.priority, options.admittedMs)
    this.state = options.state
    this.bytes = options.bytes
    this.release = options.release
  }
}
