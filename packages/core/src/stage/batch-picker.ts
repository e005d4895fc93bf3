/** Takes the tasks of the next batch out of the queue: those that are still worth computing, and can go on. */

import type { Observer } from '../contract/observer.ts'
import type { Task } from '../contract/task.ts'
import type { Blocked } from './room.ts'
import type { StageHost, StagePorts } from './stage-host.ts'
import type { WaitingRoom } from './waiting-room.ts'

/** How a batch is to be. */
export interface BatchWish {
  /** Most tasks in it. */
  readonly size: number
  /** Size of a full one. */
  readonly maxBatchSize: number
  readonly nowMs: number
  /** When it is expected to be done, in clock milliseconds. */
  readonly endMs: number
}

/** Picks for one stage. */
export class BatchPicker {
  readonly #stage: Blocked & { readonly name: string }
  readonly #waiting: WaitingRoom
  readonly #host: StageHost
  readonly #observer: Required<Observer>
  readonly #refuseLate: boolean

  constructor(stage: Blocked & { readonly name: string }, waiting: WaitingRoom, ports: StagePorts) {
    this.#stage = stage
    this.#waiting = waiting
    this.#host = ports.host
    this.#observer = ports.observer
    this.#refuseLate = ports.refuseLate
  }

  /** Takes up to `size` tasks; none when all had expired or the next stages are full. */
  pick(wish: BatchWish): Task[] {
    const { queue } = this.#waiting
    const tasks: Task[] = []
    while (tasks.length < wish.size) {
      const task = queue.first
      if (task === undefined) break
      if (this.#isTooLate(task, tasks.length, wish)) {
        this.#host.expired(task)
        continue
      }
      if (this.#host.stageAfter(task)?.reserve(task, this.#stage) === false) {
        queue.block()
        continue
      }
      this.#waiting.shift()
      this.#observer.dequeued(task, this.#stage.name, wish.nowMs - task.queuedMs)
      tasks.push(task)
    }
    return tasks
  }

  /** Takes the first task that was with a dying replica; none when all had expired or its next stage is full. */
  pickSuspect(nowMs: number): Task | undefined {
    for (let task = this.#waiting.suspects.first; task !== undefined; task = this.#waiting.suspects.first) {
      if (task.deadlineMs > nowMs) {
        if (this.#host.stageAfter(task)?.reserve(task, this.#stage) === false) return undefined
        this.#waiting.shiftSuspect()
        this.#observer.dequeued(task, this.#stage.name, nowMs - task.queuedMs)
        return task
      }
      this.#host.expired(task)
    }
    return undefined
  }

  /**
   * Nobody would read its answer. One that is only expected to be late gives way when the batch is full without it:
   * so something is always computed, and what was expected is put right by what it really cost.
   */
  #isTooLate(task: Task, taken: number, { maxBatchSize, nowMs, endMs }: BatchWish): boolean {
    if (task.deadlineMs <= nowMs) return true
    if (!this.#refuseLate || task.deadlineMs >= endMs) return false
    return taken + this.#waiting.queue.ready > maxBatchSize
  }
}
