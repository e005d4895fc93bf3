/** What comes back from a replica: books each answer once, and hands it on. */

import type { Clock } from '../contract/clock.ts'
import { TimeoutError } from '../contract/errors.ts'
import type { Observer } from '../contract/observer.ts'
import { outcomeOf } from '../contract/outcome.ts'
import { StreamCredit } from '../contract/stream-credit.ts'
import type { Batch, Task } from '../contract/task.ts'
import type { Reply } from '../contract/transport.ts'
import type { Batcher } from './batcher.ts'
import type { ReplicaSlot } from './replica-slot.ts'
import type { StageHost, StageOptions, StagePorts } from './stage-host.ts'

/** A task that was computed by more dying replicas than this is not sent again. */
const MAX_CRASHES = 1
/** Far above the time for which a replica collects replies, since what is learned is noisy; in milliseconds. */
const QUICK_BATCH_MS = 100

/** The replies of one stage's replicas. */
export class Replies {
  readonly #stage: string
  readonly #timeoutMs: number | undefined
  readonly #batcher: Batcher
  readonly #host: StageHost
  readonly #clock: Clock
  readonly #observer: Required<Observer>

  /**
   * @param batcher learns what each batch cost.
   */
  constructor({ name, timeoutMs }: StageOptions, batcher: Batcher, ports: StagePorts) {
    this.#stage = name
    this.#timeoutMs = timeoutMs
    this.#batcher = batcher
    this.#host = ports.host
    this.#clock = ports.clock
    this.#observer = ports.observer
  }

  /**
   * Books what a replica said, and passes on events.
   * @returns the answered tasks, each at the place of its reply; to be told by {@link tell}, when the replica has its next
   * batch: it computes while clients are written to.
   */
  book(slot: ReplicaSlot, replies: readonly Reply[]): readonly (Task | undefined)[] {
    slot.heard(this.#clock.now())
    return replies.map((reply) =>
      reply.isEvent === true ? this.#streamed(slot, reply) : this.#answered(slot, reply),
    )
  }

  /** Hands on the answers that were booked. */
  tell(tasks: readonly (Task | undefined)[], replies: readonly Reply[]): void {
    for (let index = 0; index < replies.length; index++) {
      const [task, reply] = [tasks[index], replies[index]]
      if (task === undefined || reply === undefined) continue
      this.#host.stageAfter(task)?.unreserve(task)
      if (!task.isSettled) this.#host.replied(task, reply)
    }
  }

  /**
   * Books that a replica is gone. Those tasks that it may have been computing are suspects from now on; one that is the
   * only suspect for a call that did not end is late.
   * @returns the tasks to be sent again, the last one first.
   */
  lost(slot: ReplicaSlot): Task[] {
    const begun = new Set(this.#isQuick ? slot.batches : slot.batches.slice(0, 1))
    const held = [...slot.held.values()].reverse()
    const suspects = new Set(held.filter(({ batch }) => batch !== undefined && begun.has(batch)))
    const isLate = slot.isHung && suspects.size === 1
    const again: Task[] = []
    for (const task of held) {
      this.#host.stageAfter(task)?.unreserve(task)
      if (task.isSettled) continue
      const isSuspect = suspects.has(task)
      if (isSuspect) {
        task.crashes++
        task.crashedOn = slot.connection.replica
      }
      if (isLate && isSuspect) this.#late(task)
      else if (task.crashes > MAX_CRASHES || task.stream !== undefined) this.#host.crashed(task)
      else again.push(task)
    }
    slot.held.clear()
    return again
  }

  /** In the words of a replica that says so itself. */
  #late(task: Task): void {
    const error = new TimeoutError(`forward did not end within ${this.#timeoutMs} ms`)
    this.#host.replied(task, { id: task.id, ...outcomeOf(error) })
  }

  /** Replies of quick batches leave together: one that was done may still be unanswered, and a later one begun. */
  get #isQuick(): boolean {
    return (this.#batcher.fullBatchMs ?? 0) < QUICK_BATCH_MS
  }

  #streamed(slot: ReplicaSlot, reply: Reply): undefined {
    const task = slot.held.get(reply.id)
    if (task === undefined || task.isSettled) return
    task.stream ??= new StreamCredit()
    const hasRoom = this.#host.streamed(task, reply.bytes)
    const credit = task.stream.took(reply.bytes, !hasRoom)
    if (credit > 0) slot.connection.grant?.(task.id, credit)
  }

  /** An id that the replica does not hold (unknown, or answered before) is passed over. */
  #answered(slot: ReplicaSlot, reply: Reply): Task | undefined {
    const task = slot.release(reply.id)
    if (task?.batch === undefined) return undefined
    task.batch.remaining--
    if (reply.code !== 'ok') task.batch.failures++
    slot.isLate = reply.code === 'timeout' || reply.code === 'stage_timeout'
    if (task.release !== undefined) this.#releaseBytes(slot, task)
    if (task.batch.remaining === 0) this.#finished(slot, task.batch)
    return task
  }

  /** Nobody reads the bytes that the task was sent with any more, if the replica has none of them. */
  #releaseBytes({ connection }: ReplicaSlot, task: Task): void {
    if (connection.copiesBytes === true) task.release?.()
    task.release = undefined
  }

  #finished(slot: ReplicaSlot, batch: Batch): void {
    const nowMs = this.#clock.now()
    this.#batcher.worked(batch.size, slot.finish(batch, nowMs))
    this.#observer.batchReplied({
      stage: this.#stage,
      replica: slot.connection.replica,
      size: batch.size,
      failures: batch.failures,
      durationMs: nowMs - batch.sentMs,
    })
  }
}
