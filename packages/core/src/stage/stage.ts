/**
 * One stage at work: tasks wait in its queue, and leave in batches for its replicas.
 *
 *     enqueue -> queue -> batcher decides -> pool gives a replica -> connection -> replies -> host
 *
 * Everything happens in the caller's turn; a stage makes no promise, and has one timer at most.
 */

import type { BatchLimits, BatchPolicy } from '../contract/batch-policy.ts'
import type { Clock, Timer } from '../contract/clock.ts'
import type { Observer } from '../contract/observer.ts'
import type { Task } from '../contract/task.ts'
import type { Connection, Reply } from '../contract/transport.ts'
import type { FairQueue } from '../queue/fair-queue.ts'
import { BatchPicker } from './batch-picker.ts'
import { Batcher } from './batcher.ts'
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
  readonly #queue: FairQueue
  readonly #picker: BatchPicker
  readonly #pool = new ReplicaPool()
  readonly #hangs: HangWatch
  readonly #replies: Replies
  #timer: Timer | undefined = undefined
  #isPumpAsked = false
  #isSuspectsTurn = true

  constructor(options: StageOptions, ports: StagePorts) {
    this.name = options.name
    this.#clock = ports.clock
    this.#observer = ports.observer
    this.#batcher = new Batcher(options.policy, options.limits)
    this.#waiting = new WaitingRoom(options.capacity)
    this.#queue = this.#waiting.queue
    this.#picker = new BatchPicker(this, this.#waiting, ports)
    this.forecast = new Forecast(this.#batcher, this.#waiting, this.#pool)
    this.#replies = new Replies(options.name, this.#batcher, ports)
    this.#hangs = new HangWatch(ports.clock, options.timeoutMs ?? Number.POSITIVE_INFINITY)
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
    if (!this.#isPumpAsked) this.#batcher.arrived(nowMs)
    this.#waiting.push(task)
    this.#observer.queued(task, this.name)
    this.resume()
  }

  /** A settled task leaves the queue, or is cancelled where it is computed. Tells which. */
  drop(task: Task): 'queued' | 'running' {
    if (this.#waiting.remove(task)) return 'queued'
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
    this.#queue.unblock()
    this.resume()
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
    while (this.#sendNext());
  }

  /** Batches and suspects take turns, so that neither waits for all of the others. False when there is nothing to do. */
  #sendNext(): boolean {
    if (this.#waiting.suspects.length === 0) return this.#sendBatch()
    return this.#isSuspectsTurn
      ? this.#sendSuspect() || this.#sendBatch()
      : this.#sendBatch() || this.#sendSuspect()
  }

  /** Progress is made when it is true: tasks were sent, had expired, or lost their turn. */
  #sendBatch(): boolean {
    if (this.#queue.first === undefined) return false
    const { fullBatchMs } = this.#batcher
    const { maxBatchSize } = this.#batcher.limits
    const suspects = this.#waiting.suspects.length
    const slot = this.#pool.next({ queued: this.#queue.ready, suspects, maxBatchSize, fullBatchMs })
    if (slot === undefined) return false
    const size = slot.isIdle ? this.#sizeNow(this.#queue.first) : maxBatchSize
    if (size === 0) return false
    const nowMs = this.#clock.now()
    const endMs = slot.endsMs(this.#batcher.sureBatchMs, nowMs)
    const tasks = this.#picker.pick({ size, maxBatchSize, nowMs, endMs })
    if (tasks.length > 0) this.#send(slot, tasks, nowMs)
    return true
  }

  /** While others wait, one replica at most is put at risk. */
  #sendSuspect(): boolean {
    const { first } = this.#waiting.suspects
    if (first === undefined || (this.#queue.ready > 0 && this.#pool.hasSuspect)) return false
    const slot = this.#pool.nextForSuspect(first)
    const nowMs = this.#clock.now()
    const task = slot === undefined ? undefined : this.#picker.pickSuspect(nowMs)
    if (slot === undefined || task === undefined) return false
    this.#send(slot, [task], nowMs)
    return true
  }

  /** Size of the batch to send now, or 0 with the timer set. */
  #sizeNow(first: Task): number {
    const nowMs = this.#clock.now()
    const view = { length: this.#queue.ready, oldestMs: this.#queue.oldestMs, deadlineMs: first.deadlineMs }
    const decision = this.#batcher.decide(view, nowMs, {
      idleReplicas: this.#pool.idleCount,
      replicas: this.#pool.size,
      nextIdleMs: this.#pool.nextIdleMs(this.#batcher, nowMs),
    })
    if (decision.send !== undefined) return decision.send
    this.#timer?.cancel()
    this.#timer = this.#clock.after(decision.waitUntilMs - nowMs, () => this.#pump())
    return 0
  }

  #send(slot: ReplicaSlot, tasks: readonly Task[], nowMs: number): void {
    const batch = slot.hold(tasks, nowMs)
    this.#isSuspectsTurn = !batch.isSuspect
    this.#hangs.watch(slot)
    this.#pool.used(slot)
    this.#observer.batchSent({
      stage: this.name,
      replica: slot.connection.replica,
      size: tasks.length,
      maxBatchSize: this.#batcher.limits.maxBatchSize,
      formedInMs: nowMs - (tasks[0]?.queuedMs ?? nowMs),
    })
    slot.send(tasks, batch, nowMs)
    this.#waiting.wake()
  }

  /**
   * A replica whose work takes time gets its next batch before clients are written to, so that it does not idle meanwhile;
   * a quick one after that, when what these clients send next may be in it.
   */
  #replied(slot: ReplicaSlot, replies: readonly Reply[]): void {
    const answered = this.#replies.book(slot, replies)
    slot.checkIdle()
    if (!this.#batcher.isQuick) this.#pump()
    this.#replies.tell(answered, replies)
    if (this.#batcher.isQuick) this.#pump()
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
