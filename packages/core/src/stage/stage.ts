/**
 * One stage at work: tasks wait in its queue, and leave in batches for its replicas.
 *
 *     enqueue -> queue -> batcher decides -> pool gives a replica -> connection -> replies -> host
 *
 * Everything happens in the caller's turn; a stage makes no promise, and has one timer at most.
 */

import type { Clock, Timer } from '../contract/clock.ts'
import type { Observer } from '../contract/observer.ts'
import type { Task } from '../contract/task.ts'
import type { Connection, Reply } from '../contract/transport.ts'
import { TaskQueue } from '../queue/task-queue.ts'
import { Batcher } from './batcher.ts'
import { HangWatch } from './hang-watch.ts'
import { ReplicaPool } from './replica-pool.ts'
import { ReplicaSlot } from './replica-slot.ts'
import { Replies } from './replies.ts'
import { type Blocked, Room } from './room.ts'
import type { NextStage, StageHost, StageOptions, StagePorts } from './stage-host.ts'

/** The scheduler's side of a stage. */
export class Stage implements Blocked, NextStage {
  readonly name: string
  /** None of its replicas runs, and none is about to: set by whoever supervises them. */
  isOut = false
  readonly #host: StageHost
  readonly #clock: Clock
  readonly #observer: Required<Observer>
  readonly #batcher: Batcher
  readonly #room: Room
  readonly #queue = new TaskQueue()
  readonly #pool = new ReplicaPool()
  readonly #hangs: HangWatch
  readonly #replies: Replies
  #timer: Timer | undefined = undefined
  #isPumpAsked = false

  constructor(options: StageOptions, ports: StagePorts) {
    this.name = options.name
    this.#host = ports.host
    this.#clock = ports.clock
    this.#observer = ports.observer
    this.#batcher = new Batcher(options.policy, options.limits)
    this.#room = new Room(options.capacity)
    this.#replies = new Replies(options.name, this.#batcher, ports)
    this.#hangs = new HangWatch(ports.clock, options.timeoutMs ?? Number.POSITIVE_INFINITY)
  }

  /** Connected replicas. */
  get ready(): number {
    return this.#pool.size
  }

  /** Tasks that wait here. */
  get length(): number {
    return this.#queue.length
  }

  /** There is a place for one more task. */
  get hasRoom(): boolean {
    return this.#room.has(this.#queue.length)
  }

  /** A replica appeared: it gets work from now on, until its link closes. */
  attach(connection: Connection): void {
    const slot = new ReplicaSlot(connection)
    this.#pool.add(slot)
    connection.open({
      replied: (replies) => this.#replied(slot, replies),
      closed: () => this.#closed(slot),
    })
    this.resume()
  }

  /** Puts a task in the queue; the caller has made sure that there is room. */
  enqueue(task: Task): void {
    const nowMs = this.#clock.now()
    task.queuedMs = nowMs
    this.#batcher.arrived(nowMs)
    this.#queue.push(task)
    this.#observer.queued(task, this.name)
    this.resume()
  }

  /** A settled task leaves the queue, or is cancelled where it is computed. Tells which. */
  drop(task: Task): 'queued' | 'running' {
    if (this.#queue.remove(task)) {
      this.#room.release(this.#queue.length)
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

  /** Promises a place to a task that the stage `before` is about to compute; resumes it later when there is none. */
  reserve(before: Blocked): boolean {
    return this.#room.reserve(this.#queue.length, before)
  }

  /** Takes a promise back. */
  unreserve(): void {
    this.#room.unreserve()
    this.#room.release(this.#queue.length)
  }

  /** Hands out batches at the end of this turn, so that what came in one turn travels together. */
  resume(): void {
    if (this.#isPumpAsked) return
    this.#isPumpAsked = true
    this.#clock.soon(() => {
      this.#isPumpAsked = false
      this.#pump()
    })
  }

  /** Hands out batches until nothing waits, no replica may take more, or the policy waits. */
  #pump(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (;;) {
      const first = this.#queue.first
      if (first === undefined) return
      const slot = this.#pool.next({
        queued: this.#queue.length,
        maxBatchSize: this.#batcher.limits.maxBatchSize,
        fullBatchMs: this.#batcher.fullBatchMs,
      })
      if (slot === undefined) return
      const size = slot.isIdle ? this.#sizeNow(first) : this.#batcher.limits.maxBatchSize
      if (size === 0) return
      const sent = this.#send(slot, size)
      if (sent === 0 && this.#queue.first === first) return
    }
  }

  /** Size of the batch to send now, or 0 with the timer set. */
  #sizeNow(first: Task): number {
    const nowMs = this.#clock.now()
    const decision = this.#batcher.decide(first, this.#queue.length, nowMs, this.#pool.idleCount)
    if (decision.send !== undefined) return decision.send
    this.#timer = this.#clock.after(decision.waitUntilMs - nowMs, () => this.#pump())
    return 0
  }

  /** Sends up to `size` tasks; 0 when none could be taken, since the next stage is full or all had expired. */
  #send(slot: ReplicaSlot, size: number): number {
    const nowMs = this.#clock.now()
    const tasks = this.#take(size, nowMs)
    const [first] = tasks
    if (first === undefined) return 0
    const { deadlineMs } = slot.hold(tasks, nowMs)
    this.#hangs.watch(slot)
    this.#pool.used(slot)
    this.#observer.batchSent({
      stage: this.name,
      replica: slot.connection.replica,
      size: tasks.length,
      maxBatchSize: this.#batcher.limits.maxBatchSize,
      formedInMs: nowMs - first.queuedMs,
    })
    slot.connection.send(tasks, budgetMs(deadlineMs, nowMs))
    this.#room.release(this.#queue.length)
    return tasks.length
  }

  /** Takes tasks that are still worth computing; one that was with a dying replica goes alone. */
  #take(size: number, nowMs: number): Task[] {
    const tasks: Task[] = []
    while (tasks.length < size) {
      const task = this.#queue.first
      if (task === undefined || (task.crashes > 0 && tasks.length > 0)) break
      if (task.deadlineMs <= nowMs) {
        this.#host.expired(task)
        continue
      }
      if (this.#host.stageAfter(task)?.reserve(this) === false) break
      this.#queue.shift()
      this.#observer.dequeued(task, this.name, nowMs - task.queuedMs)
      tasks.push(task)
      if (task.crashes > 0) break
    }
    return tasks
  }

  #replied(slot: ReplicaSlot, replies: readonly Reply[]): void {
    this.#replies.take(slot, replies)
    this.#pump()
  }

  /** The replica is gone: its tasks go back to the front, in their order. */
  #closed(slot: ReplicaSlot): void {
    this.#pool.remove(slot)
    this.#hangs.forget(slot)
    for (const task of this.#replies.lost(slot)) {
      this.#queue.unshift(task)
      this.#observer.retried(task, this.name)
    }
    this.resume()
  }
}

/** Time left until the batch's deadline, in whole milliseconds; 0 when there is none. */
function budgetMs(deadlineMs: number, nowMs: number): number {
  return deadlineMs === Number.POSITIVE_INFINITY ? 0 : Math.ceil(deadlineMs - nowMs)
}
