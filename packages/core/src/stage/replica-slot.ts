/** What a stage books about one connected replica. */

import type { Batch, Task } from '../contract/task.ts'
import type { Connection } from '../contract/transport.ts'

/** The batches a replica holds, oldest first, and their tasks by id. */
export class ReplicaSlot {
  readonly connection: Connection
  #held = new Map<number, Task>()
  readonly batches: Batch[] = []
  /** The last that it answered was that the time of a call is over: its `forward` may never end, which is known later. */
  isLate = false
  /** It was ended because a call was late and did not end. */
  isHung = false
  /** When its last batch was done, in clock milliseconds. */
  #lastDoneMs = 0
  #lastHeardMs = 0
  #whenIdle: (() => void) | undefined = undefined

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** Tasks that the replica has not answered, cancelled ones included, in the order they were handed over. */
  get held(): Map<number, Task> {
    return this.#held
  }

  get isIdle(): boolean {
    return this.batches.length === 0
  }

  /** Calls back once, when it holds no batch: at once, after its last answer, or when it is gone. */
  whenIdle(done: () => void): void {
    if (this.isIdle) done()
    else this.#whenIdle = done
  }

  /** It answered, or is gone. */
  checkIdle(isGone = false): void {
    if (this.#whenIdle === undefined || !(this.isIdle || isGone)) return
    const done = this.#whenIdle
    this.#whenIdle = undefined
    done()
  }

  /** It computes a task that may kill it: nothing else should be here then. */
  get hasSuspect(): boolean {
    return this.batches.some(({ isSuspect }) => isSuspect)
  }

  /** Books a batch that is about to be handed over. */
  hold(tasks: readonly Task[], nowMs: number): Batch {
    let deadlineMs = nowMs
    for (const task of tasks) if (task.deadlineMs > deadlineMs) deadlineMs = task.deadlineMs
    const size = tasks.length
    const isSuspect = (tasks[0]?.crashes ?? 0) > 0
    const batch = { size, sentMs: nowMs, deadlineMs, remaining: size, failures: 0, isSuspect }
    for (const task of tasks) {
      task.batch = batch
      this.#held.set(task.id, task)
    }
    this.batches.push(batch)
    return batch
  }

  /** Hands over a batch that is booked. */
  send(tasks: readonly Task[], { deadlineMs }: Batch, nowMs: number): void {
    this.connection.send(tasks, budgetMs(deadlineMs, nowMs))
  }

  /** Books the answer to one task. Undefined when the replica does not hold it: answered twice, or never given. */
  release(id: number): Task | undefined {
    const task = this.#held.get(id)
    this.#held.delete(id)
    // A map that grows and shrinks leaves its former tables linked to the next ones, and once one of them is old, all of
    // them and the dead tasks in them wait for a major collection: 20 % of the server's time with inline replicas.
    if (this.#held.size === 0 && task !== undefined) this.#held = new Map()
    return task
  }

  /** Since when it works on its oldest batch: from when it had it and nothing older. */
  get busySinceMs(): number {
    return Math.max(this.batches[0]?.sentMs ?? 0, this.#lastDoneMs)
  }

  /** It said something. */
  heard(nowMs: number): void {
    this.#lastHeardMs = nowMs
  }

  /** Since when it has said nothing of its oldest batch: a batch may be several calls, each answered by itself. */
  get silentSinceMs(): number {
    return Math.max(this.busySinceMs, this.#lastHeardMs)
  }

  /** When it would end a batch that is given to it now, if each costs `batchMs`; clock milliseconds. */
  endsMs(batchMs: number, nowMs: number): number {
    const startMs = this.isIdle ? nowMs : Math.max(nowMs, this.busySinceMs + this.batches.length * batchMs)
    return startMs + batchMs
  }

  /**
   * Books a batch as done.
   * @returns the time that the replica worked on it, in milliseconds.
   */
  finish(batch: Batch, nowMs: number): number {
    this.batches.splice(this.batches.indexOf(batch), 1)
    const workedMs = nowMs - Math.max(batch.sentMs, this.#lastDoneMs)
    this.#lastDoneMs = nowMs
    return workedMs
  }
}

/** Time left until the batch's deadline, in whole milliseconds; 0 when there is none. */
function budgetMs(deadlineMs: number, nowMs: number): number {
  return deadlineMs === Number.POSITIVE_INFINITY ? 0 : Math.ceil(deadlineMs - nowMs)
}
