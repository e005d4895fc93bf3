/** Tells when deadlines pass, with one timer for all tasks. */

import type { Clock, Timer } from '../contract/clock.ts'
import type { Task } from '../contract/task.ts'
import { DeadlineHeap } from '../queue/deadline-heap.ts'

/**
 * Watches tasks until they are settled. The timer is set anew only when an earlier deadline comes, or when it fires:
 * with equal timeouts that is about once per timeout, not once per task.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #expire: (task: Task) => void
  readonly #heap = new DeadlineHeap()
  #timer: Timer | undefined = undefined
  #firesAtMs = Number.POSITIVE_INFINITY

  /** @param expire called for a watched task whose deadline has passed; it must unwatch the task. */
  constructor(clock: Clock, expire: (task: Task) => void) {
    this.#clock = clock
    this.#expire = expire
  }

  watch(task: Task): void {
    this.#heap.add(task)
    if (task.deadlineMs < this.#firesAtMs) this.#arm(task.deadlineMs)
  }

  /** Harmless for a task that is not watched. */
  unwatch(task: Task): void {
    this.#heap.remove(task)
  }

  /** A copy of the watched tasks, in no order. */
  tasks(): Task[] {
    return [...this.#heap.values()]
  }

  /** Ends the timer; nothing expires any more. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#firesAtMs = Number.POSITIVE_INFINITY
  }

  #arm(atMs: number): void {
    this.#timer?.cancel()
    this.#firesAtMs = atMs
    this.#timer = this.#clock.after(atMs - this.#clock.now(), () => this.#fired())
  }

  #fired(): void {
    this.#firesAtMs = Number.POSITIVE_INFINITY
    const nowMs = this.#clock.now()
    for (
      let task = this.#heap.first;
      task !== undefined && task.deadlineMs <= nowMs;
      task = this.#heap.first
    ) {
      this.#expire(task)
      this.#heap.remove(task)
    }
    const next = this.#heap.first
    if (next !== undefined && next.deadlineMs < Number.POSITIVE_INFINITY) this.#arm(next.deadlineMs)
  }
}
