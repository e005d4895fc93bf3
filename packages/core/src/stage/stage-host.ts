/** What a stage is made of, and whom it talks to. */

import type { BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'
import type { Clock } from '../contract/clock.ts'
import type { Observer } from '../contract/observer.ts'
import type { Task } from '../contract/task.ts'
import type { Reply } from '../contract/transport.ts'
import type { Blocked } from './room.ts'

/** How a stage runs. */
export interface StageOptions {
  /** As metrics and logs print it; unique among the stages of a server. */
  readonly name: string
  readonly limits: BatchLimits
  readonly policy: BatchPolicy
  /** Tasks that may wait here, at least 1. */
  readonly capacity: number
  /** Longest work of a replica on one batch, in milliseconds; `Infinity` when left out. */
  readonly timeoutMs?: number
}

/** The stage that a task goes to next, as the one before sees it. */
export interface NextStage {
  /** Promises a place to a task that is about to be computed; tells `before` later when there is none. */
  reserve(task: Task, before: Blocked): boolean
  /** Takes a promise back. */
  unreserve(task: Task): void
}

/** Whoever knows the way of a task through the stages. */
export interface StageHost {
  /** The stage that follows for this task, or undefined when this one is its egress. */
  stageAfter(task: Task): NextStage | undefined
  /** The replica answered a task that is not settled. */
  replied(task: Task, reply: Reply): void
  /** One event of the stream of a task that is not settled; `false` when its sink is full. */
  streamed(task: Task, bytes: Uint8Array): boolean
  /** Its deadline has passed while it waited; the host settles it, and drops it here. */
  expired(task: Task): void
  /** It was with a dying replica, and is not sent again: this was the second time, or its stream had begun. */
  crashed(task: Task): void
}

/** What a stage needs from its surroundings. */
export interface StagePorts {
  readonly host: StageHost
  readonly clock: Clock
  readonly observer: Required<Observer>
  /** Under overload, tasks that cannot be answered in time give way to those that can. */
  readonly refuseLate: boolean
}
