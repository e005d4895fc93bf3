/**
 * One stage at work: tasks wait in its queue, and leave in batches for its replicas.
 *
 *     enqueue -> waiting room -> dispatcher -> connection -> replies -> host
 *
 * Everything happens in the caller's turn; a stage makes no promise, and has one timer at most.
 */

import type { BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'
import type { Clock } from '../contract/clock.ts'
import type { Observer } from '../contract/observer.ts'
import type { Task } from '../contract/task.ts'
import type { Connection, Reply } from '../contract/transport.ts'
import { BatchPicker } from './batch-picker.ts'
import { Batcher } from './batcher.ts'
import { Dispatcher } from './dispatcher.ts'
import { Forecast } from './forecast.ts'
import { HangWatch } from './hang-watch.ts'
import { ReplicaPool } from './replica-pool.ts'
import { ReplicaSlot } from './replica-slot.ts'
import { Replies } from './replies.ts'
import type { Blocked } from './room.ts'
import type { NextStage, StageOptions, StagePorts } from './stage-host.ts'
import { WaitingRoom } from './waiting-room.ts'

/** The scheduler's side of a stage. */
export class Stage implements Blocked, NextStage {
  readonly name: string
  readonly forecast: Forecast
  /** None of its replicas runs, and none is about to: set by whoever supervises them. */
  isOut = false
  /** Taken out of service by hand: routes that need it are refused at the door; what was admitted is computed. */
  isDrained = false
  readonly #clock: Clock
  readonly #observer: Required<Observer>
  readonly #batcher: Batcher
  readonly #waiting: WaitingRoom
  readonly #pool = new ReplicaPool()
  readonly #hangs: HangWatch
  readonly #replies: Replies
  readonly #dispatcher: Dispatcher

  constructor(options: StageOptions, ports: StagePorts) {
    this.name = options.name
    this.#clock = ports.clock
    this.#observer = ports.observer
    this.#batcher = new Batcher(options.policy, options.limits)
    this.#waiting = new WaitingRoom(options.capacity)
    this.forecast = new Forecast(this.#batcher, this.#waiting, this.#pool)
    this.#replies = new Replies(options, this.#batcher, ports)
    this.#hangs = new HangWatch(ports.clock, options.timeoutMs ?? Number.POSITIVE_INFINITY)
    this.#dispatcher = new Dispatcher(this, {
      clock: ports.clock,
      observer: ports.observer,
      batcher: this.#batcher,
      waiting: this.#waiting,
      picker: new BatchPicker(this, this.#waiting, ports),
      pool: this.#pool,
      hangs: this.#hangs,
    })
  }

  /** Connected replicas. */
  get ready(): number {
    return this.#pool.size
  }

  /** Tasks that wait here. */
  get length(): number {
    return this.#waiting.length
  }

  /** Tasks that its replicas hold. */
  get running(): number {
    return this.#pool.heldCount
  }

  /** Makes room for the tasks of a route; before the first of them comes. */
  addRoute(route: string): void {
    this.#waiting.addRoute(route)
  }

  /** There is a place for one more task of this route. */
  hasRoom(route: string): boolean {
    return this.#waiting.hasRoom(route)
  }

  /** A replica appeared: it gets work from now on, until its link closes. */
  attach(connection: Connection): void {
    const slot = new ReplicaSlot(connection)
    this.#pool.add(slot)
    connection.open({ replied: (all) => this.#replied(slot, all), closed: () => this.#closed(slot) })
    this.resume()
  }

  /** Gives no more work to a replica; calls back once it has finished what it holds, or is gone. */
  retire(connection: Connection, done: () => void): void {
    const slot = this.#pool.retire(connection)
    if (slot === undefined) done()
    else slot.whenIdle(done)
    this.resume()
  }

  /** Batches are formed so from now on. */
  change(policy: BatchPolicy, limits: BatchLimits): void {
    this.#batcher.change(policy, limits)
    this.resume()
  }

  /** Puts a task in the queue; the caller has made sure that there is room. */
  enqueue(task: Task): void {
    const nowMs = this.#clock.now()
    task.queuedMs = nowMs
    if (this.#dispatcher.isAsked) this.#batcher.joined()
    else this.#batcher.arrived(nowMs)
    this.#waiting.push(task)
    this.#observer.queued(task, this.name)
    this.resume()
  }

  /** A settled task leaves the queue, or is cancelled where it is computed. Tells which. */
  drop(task: Task): 'queued' | 'running' {
    if (this.#waiting.remove(task)) {
      task.release?.()
      task.release = undefined
      return 'queued'
    }
    this.#pool.holderOf(task.id)?.connection.cancel(task.id)
    return 'running'
  }

  /** The sink of a stream that is computed here has room again. */
  resumeStream(task: Task): void {
    const connection = this.#pool.holderOf(task.id)?.connection
    const credit = task.stream?.resumed() ?? 0
    if (credit > 0) connection?.grant?.(task.id, credit)
  }

  /** Promises a place to a task that the stage `before` is about to compute; tells it later when there is none. */
  reserve(task: Task, before: Blocked): boolean {
    return this.#waiting.reserve(task, before)
  }

  /** Takes a promise back. */
  unreserve(task: Task): void {
    this.#waiting.unreserve(task)
  }

  /** A stage after this one has room again, perhaps. */
  roomFreed(): void {
    this.#waiting.queue.unblock()
    this.resume()
  }

  /** Hands out batches at the end of this turn. */
  resume(): void {
    this.#dispatcher.ask()
  }

  /**
   * A replica whose work takes time gets its next batch before clients are written to, so that it does not idle meanwhile;
   * a quick one after that, when what these clients send next may be in it.
   */
  #replied(slot: ReplicaSlot, replies: readonly Reply[]): void {
    const answered = this.#replies.book(slot, replies)
    slot.checkIdle()
    if (!this.#batcher.isQuick) this.#dispatcher.pump()
    this.#replies.tell(answered, replies)
    if (this.#batcher.isQuick) this.#dispatcher.pump()
  }

  /** The replica is gone: its tasks go back to the front, in their order. */
  #closed(slot: ReplicaSlot): void {
    this.#pool.remove(slot)
    this.#hangs.forget(slot)
    for (const task of this.#replies.lost(slot)) {
      this.#waiting.unshift(task)
      this.#observer.retried(task, this.name)
    }
    slot.checkIdle(true)
    this.resume()
  }
}
