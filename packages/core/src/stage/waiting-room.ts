/**
 * Where tasks wait for a stage: a fair queue, those that were with a dying replica, and the places of both. A task that
 * waits has a place; a promised one is empty.
 */

import type { Priority } from '../contract/priority.ts'
import type { Task } from '../contract/task.ts'
import { FairQueue } from '../queue/fair-queue.ts'
import { TaskQueue } from '../queue/task-queue.ts'
import { type Blocked, Room } from './room.ts'

/** Keeps queue and places in step. */
export class WaitingRoom {
  /** For reading; what is put in or taken out goes through here. */
  readonly queue = new FairQueue()
  /** Tasks that were with a dying replica. Each goes alone, so they are apart: nobody waits behind them. */
  readonly suspects = new TaskQueue()
  readonly #room: Room

  /** @param capacity tasks that may wait at once, at least 1. */
  constructor(capacity: number) {
    this.#room = new Room(capacity)
  }

  /** Tasks that wait. */
  get length(): number {
    return this.queue.length + this.suspects.length
  }

  /** Makes room for the tasks of a route; before the first of them comes. */
  addRoute(route: string): void {
    this.queue.addRoute(route)
    this.#room.divide(this.queue.routes)
  }

  /** There is a place for one more task of this route. */
  hasRoom(route: string): boolean {
    return this.#room.has(this.queue.lane(route))
  }

  /** Tasks that would be taken before a new one of this route and priority. */
  before(route: string, priority: Priority): number {
    return this.suspects.length + this.queue.before(route, priority)
  }

  /** Promises a place; without one, `before` is told when that may have changed. */
  reserve(task: Task, before: Blocked): boolean {
    return this.#room.reserve(this.queue.lane(task.route), before)
  }

  /** Takes a promise back: the task came, or will not come. */
  unreserve(task: Task): void {
    this.#free(task)
    this.#room.wake()
  }

  /** Puts a task at the end; the caller has made sure that there is room. */
  push(task: Task): void {
    this.#room.take(this.queue.lane(task.route))
    this.queue.push(task)
  }

  /** Puts a task that was here before at the front, whether or not there is room. */
  unshift(task: Task): void {
    this.#room.take(this.queue.lane(task.route))
    if (task.crashes > 0) this.suspects.unshift(task)
    else this.queue.unshift(task)
  }

  /** Takes the first task of the queue out; {@link wake} once all are out. */
  shift(): void {
    const task = this.queue.shift()
    if (task !== undefined) this.#free(task)
  }

  /** Takes the first suspect out. */
  shiftSuspect(): void {
    const task = this.suspects.shift()
    if (task !== undefined) this.#free(task)
  }

  /** Takes a task out, wherever it stands. False when it does not wait here. */
  remove(task: Task): boolean {
    if (!this.queue.remove(task) && !this.suspects.remove(task)) return false
    this.#free(task)
    this.#room.wake()
    return true
  }

  /** Tells those before this stage that places were freed. */
  wake(): void {
    this.#room.wake()
  }

  #free(task: Task): void {
    this.#room.free(this.queue.lane(task.route))
  }
}
