/**
 * The admitted tasks by deadline, so that one timer serves them all.
 *
 * A binary heap whose nodes know their own place: adding a deadline later than all others (the usual case, since
 * timeouts are alike) costs one comparison, taking any task out costs log n.
 */

import type { Task } from '../contract/task.ts'

/** Min-heap on `task.deadlineMs`; a task is in at most one heap at a time. */
export class DeadlineHeap {
  readonly #tasks: Task[] = []

  get length(): number {
    return this.#tasks.length
  }

  /** The task whose deadline comes first. */
  get first(): Task | undefined {
    return this.#tasks[0]
  }

  add(task: Task): void {
    if (task.heapIndex !== -1) throw new Error(`task ${task.id} has its deadline watched already`)
    this.#tasks.push(task)
    this.#up(task, this.#tasks.length - 1)
  }

  /** Takes a task out. False when it is not in the heap. */
  remove(task: Task): boolean {
    const index = task.heapIndex
    if (this.#tasks[index] !== task) return false
    const last = this.#tasks.pop()
    task.heapIndex = -1
    if (last === undefined || last === task) return true
    this.#up(last, index)
    this.#down(last, last.heapIndex)
    return true
  }

  /** All tasks in it, in no order. */
  values(): readonly Task[] {
    return this.#tasks
  }

  #up(task: Task, from: number): void {
    let index = from
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#tasks[parentIndex]
      if (parent === undefined || parent.deadlineMs <= task.deadlineMs) break
      this.#place(parent, index)
      index = parentIndex
    }
    this.#place(task, index)
  }

  #down(task: Task, from: number): void {
    let index = from
    for (;;) {
      const child = this.#smallerChild(index)
      if (child === undefined || child.deadlineMs >= task.deadlineMs) break
      const childIndex = child.heapIndex
      this.#place(child, index)
      index = childIndex
    }
    this.#place(task, index)
  }

  #smallerChild(index: number): Task | undefined {
    const left = this.#tasks[2 * index + 1]
    const right = this.#tasks[2 * index + 2]
    if (left === undefined || right === undefined) return left
    return right.deadlineMs < left.deadlineMs ? right : left
  }

  #place(task: Task, index: number): void {
    this.#tasks[index] = task
    task.heapIndex = index
  }
}
