/** The front door of the scheduler, as the HTTP face and in-process callers see it. */

import type { Priority } from './priority.ts'
import type { TaskSink } from './task.ts'

/** One request for the scheduler. */
export interface Submission {
  /** A registered route. */
  readonly route: string
  /** The client's bytes; the scheduler keeps them as they are until a replica has them. */
  readonly bytes: Uint8Array
  /** Gives the memory of `bytes` back; see `Outcome.release`. */
  readonly release?: (() => void) | undefined
  /** Index into the ingress worker's codecs. */
  readonly requestCodec: number
  /** Index into the egress worker's codecs. */
  readonly responseCodec: number
  /**
   * The bytes are a value in the form that stages hand each other (`v8.serialize`), and so shall the answer be: no
   * codec at either end. For callers in the same process.
   */
  readonly isInProcess?: boolean
  /** Shortens the service timeout for this task, in milliseconds; never lengthens it. */
  readonly timeoutMs?: number
  /** How urgent it is among the tasks of its route; `normal` when left out. */
  readonly priority?: Priority
  readonly sink: TaskSink
}

/** What a caller keeps to cancel its task. */
export interface TaskHandle {
  readonly id: number
  readonly isSettled: boolean
}

/** Takes tasks in. */
export interface Submitter {
  /**
   * Admits a task, or refuses it by settling its sink at once (`queue_full`, `overloaded`, `shutting_down`,
   * `unavailable`).
   * @throws RangeError for a route that is not registered: the caller must check first.
   */
  submit(submission: Submission): TaskHandle
  /** The client left: the task is settled as `cancelled`. Harmless when it has ended. */
  cancel(handle: TaskHandle): void
  /** The sink has room again after it said that it was full. Harmless when it never was, or when the task has ended. */
  resume(handle: TaskHandle): void
}
