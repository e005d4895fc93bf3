/** Tells when deadlines pass, with one timer for all tasks. */

import { Alarm } from '../contract/alarm.ts'
import type { Clock } from '../contract/clock.ts'
import type { Task } from '../contract/task.ts'
import { DeadlineHeap } from '../queue/deadline-heap.ts'

/** Watches tasks until they are settled. With equal timeouts the timer is set about once per timeout. */
export class Deadlines {
  readonly #clock: Clock
  readonly #expire: (task: Task) => void
  readonly #heap = new DeadlineHeap()
  readonly #alarm: Alarm

  /** @param expire called for a watched task whose deadline has passed; it is not watched any more then. */
  constructor(clock: Clock, expire: (task: Task) => void) {
    this.#clock = clock
    this.#expire = expire
    this.#alarm = new Alarm(clock, () => this.#look())
  }

  watch(task: Task): void {
    this.#heap.add(task)
    this.#alarm.ringAt(task.deadlineMs)
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
    this.#alarm.stop()
  }

  #look(): void {
    const nowMs = this.#clock.now()
    for (let task = this.#heap.first; task !== undefined; task = this.#heap.first) {
      if (task.deadlineMs > nowMs) {
        this.#alarm.ringAt(task.deadlineMs)
        return
      }
      this.#heap.remove(task)
      this.#expire(task)
    }
  }
}
