/** The tasks of one route that wait for one stage: by priority with aging, else first come first served. */

import { type Priority, priorities } from '../contract/priority.ts'
import type { Task } from '../contract/task.ts'
import { TaskQueue } from './task-queue.ts'

/**
 * A queue for each priority; the next task is the head whose `orderMs` is earliest. Heads are compared, never sorted:
 * a task's order is fixed when it is admitted, and that it ages is in the head start being a span of time.
 */
export class Lane {
  /** Places of the stage that its tasks have or were promised. Owned by `Room`. */
  places = 0
  /** The stage that its tasks go to next has no room: it has no turn until that changes. Owned by `FairQueue`. */
  isBlocked = false
  #length = 0
  readonly #queues: Readonly<Record<Priority, TaskQueue>> = {
    high: new TaskQueue(),
    normal: new TaskQueue(),
    low: new TaskQueue(),
  }

  /** Tasks that wait. */
  get length(): number {
    return this.#length
  }

  /** The task that is next, or undefined when nothing waits. */
  get first(): Task | undefined {
    let first = this.#queues.normal.first
    if (this.#queues.normal.length === this.#length) return first
    for (const priority of priorities) {
      const head = this.#queues[priority].first
      if (head !== undefined && (first === undefined || head.orderMs < first.orderMs)) first = head
    }
    return first
  }

  /** When the one that waits longest was queued, in clock milliseconds; `Infinity` when nothing waits. */
  get oldestMs(): number {
    let oldestMs = Number.POSITIVE_INFINITY
    for (const priority of priorities) {
      const head = this.#queues[priority].first
      if (head !== undefined && head.queuedMs < oldestMs) oldestMs = head.queuedMs
    }
    return oldestMs
  }

  /** Tasks that a new one of this priority would come after, if nothing else came. */
  before(priority: Priority): number {
    const { high, low } = this.#queues
    if (priority === 'low') return this.#length
    return priority === 'high' ? high.length : this.#length - low.length
  }

  /** Puts a task behind those of its priority. */
  push(task: Task): void {
    this.#queues[task.priority].push(task)
    this.#length++
  }

  /** Puts a task before those of its priority: it was here before and comes back. */
  unshift(task: Task): void {
    this.#queues[task.priority].unshift(task)
    this.#length++
  }

  /** Takes a task out, wherever it stands. False when it does not wait here. */
  remove(task: Task): boolean {
    if (!this.#queues[task.priority].remove(task)) return false
    this.#length--
    return true
  }
}
