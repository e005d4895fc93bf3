/**
 * The tasks that wait for one stage, its routes by turns.
 *
 *     /fast  [ task task ]                      <- its turn
 *     /slow  [ task task task task task task ]
 *
 * Each route has a lane, and lanes take turns task by task (round robin), so that a route which sends much waits behind
 * itself and not before the others. A lane whose next stage is full has no turn, so that it holds up no other.
 */

import type { Priority } from '../contract/priority.ts'
import type { Task } from '../contract/task.ts'
import { Lane } from './lane.ts'

/** Lanes by route; constant time for one route, and at most a step for each waiting route. */
export class FairQueue {
  readonly #lanes = new Map<string, Lane>()
  /** Lanes that have a turn, the next one first. */
  readonly #turns: Lane[] = []
  /** Lanes that have none, since their next stage was full. */
  readonly #blocked: Lane[] = []
  #length = 0
  #ready = 0

  /** Tasks that wait. */
  get length(): number {
    return this.#length
  }

  /** Tasks that wait and could be taken: those whose next stage was not found full. */
  get ready(): number {
    return this.#ready
  }

  /** The task that is next, or undefined when none could be taken. */
  get first(): Task | undefined {
    return this.#turns[0]?.first
  }

  /** When the oldest task that could be taken was queued, in clock milliseconds. */
  get oldestMs(): number {
    let oldestMs = Number.POSITIVE_INFINITY
    for (const lane of this.#turns) if (lane.oldestMs < oldestMs) oldestMs = lane.oldestMs
    return oldestMs
  }

  /** Routes that use the stage. */
  get routes(): number {
    return this.#lanes.size
  }

  /** Makes the lane of a route; harmless when there is one. */
  addRoute(route: string): void {
    if (!this.#lanes.has(route)) this.#lanes.set(route, new Lane())
  }

  /** @throws RangeError for a route that was not added. */
  lane(route: string): Lane {
    const lane = this.#lanes.get(route)
    if (lane === undefined) throw new RangeError(`the route ${route} does not use this stage`)
    return lane
  }

  /** Tasks that would be taken before a new one of this route and priority: each other lane has its turns meanwhile. */
  before(route: string, priority: Priority): number {
    const lane = this.lane(route)
    const own = lane.before(priority)
    let count = own
    for (const other of this.#turns) if (other !== lane) count += Math.min(other.length, own + 1)
    return count
  }

  /** Puts a task at the end of its lane. */
  push(task: Task): void {
    const lane = this.lane(task.route)
    lane.push(task)
    this.#entered(lane)
  }

  /** Puts a task at the front of its lane: it was here before and comes back. */
  unshift(task: Task): void {
    const lane = this.lane(task.route)
    lane.unshift(task)
    this.#entered(lane)
  }

  /** Takes the first task out, or gives undefined when none could be taken; the turn goes to the next lane. */
  shift(): Task | undefined {
    const [lane] = this.#turns
    const task = lane?.first
    if (lane === undefined || task === undefined) return undefined
    this.remove(task)
    if (lane.length > 0 && this.#turns.length > 1) {
      this.#turns.shift()
      this.#turns.push(lane)
    }
    return task
  }

  /** Takes a task out, wherever it stands. False when it does not wait here. */
  remove(task: Task): boolean {
    const lane = this.lane(task.route)
    if (!lane.remove(task)) return false
    this.#length--
    if (lane.isBlocked) return true
    this.#ready--
    if (lane.length === 0) this.#turns.splice(this.#turns.indexOf(lane), 1)
    return true
  }

  /** Takes the turn from the lane that is next, until {@link unblock}. */
  block(): void {
    const lane = this.#turns.shift()
    if (lane === undefined) return
    lane.isBlocked = true
    this.#blocked.push(lane)
    this.#ready -= lane.length
  }

  /** Gives every lane its turn again. */
  unblock(): void {
    for (const lane of this.#blocked.splice(0)) {
      lane.isBlocked = false
      this.#ready += lane.length
      if (lane.length > 0) this.#turns.push(lane)
    }
  }

  #entered(lane: Lane): void {
    this.#length++
    if (lane.isBlocked) return
    this.#ready++
    if (lane.length === 1) this.#turns.push(lane)
  }
}
