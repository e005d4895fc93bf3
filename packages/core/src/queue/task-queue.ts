/**
 * The tasks that wait for one stage, first come first served.
 *
 *     #first -> task <-> task <-> task <- #last
 *
 * The links are fields of the tasks, so that a task that leaves early (client gone, deadline passed) is taken out of
 * the middle in constant time and nothing is allocated on the way.
 */

import type { Task } from '../contract/task.ts'

/** A list that each task can be in once; a task is in at most one queue at a time. */
export class TaskQueue {
  #first: Task | undefined = undefined
  #last: Task | undefined = undefined
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The task that is next, or undefined when nothing waits. */
  get first(): Task | undefined {
    return this.#first
  }

  /** Puts a task at the end. */
  push(task: Task): void {
    this.#enter(task)
    task.previous = this.#last
    if (this.#last === undefined) this.#first = task
    else this.#last.next = task
    this.#last = task
  }

  /** Puts a task at the front: it was here before and comes back. */
  unshift(task: Task): void {
    this.#enter(task)
    task.next = this.#first
    if (this.#first === undefined) this.#last = task
    else this.#first.previous = task
    this.#first = task
  }

  /** Takes the first task out, or gives undefined when nothing waits. */
  shift(): Task | undefined {
    const task = this.#first
    if (task !== undefined) this.remove(task)
    return task
  }

  has(task: Task): boolean {
    return task.queue === this
  }

  /** Takes a task out, wherever it stands. False when it is not in this queue. */
  remove(task: Task): boolean {
    if (task.queue !== this) return false
    if (task.previous === undefined) this.#first = task.next
    else task.previous.next = task.next
    if (task.next === undefined) this.#last = task.previous
    else task.next.previous = task.previous
    task.previous = undefined
    task.next = undefined
    task.queue = undefined
    this.#length--
    return true
  }

  #enter(task: Task): void {
    if (task.queue !== undefined) throw new Error(`task ${task.id} is in a queue already`)
    task.queue = this
    this.#length++
  }
}
