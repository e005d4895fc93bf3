/** One supervised replica, and the connection by which the scheduler knows it: it can be taken off work. */

import type { Connection, ReplicaReported, ReplicaState } from '@mosec/core'
import type { Stage } from '@mosec/core/scheduler'
import { type ReplicaProcess, type ReplicaProcessOptions, superviseReplica } from '@mosec/worker/replica'
import { CountedConnection } from './counted-connection.ts'
import type { RecycleWatch } from './recycle-watch.ts'

/** What it is made of. */
export interface AttachedReplicaOptions extends Omit<ReplicaProcessOptions, 'onConnection'> {
  /** The scheduler's side of its stage. */
  readonly scheduled: Stage
  /** Most tasks in a batch, as they are now. */
  readonly maxBatchSize: () => number
  /** Makes the watch over a process that has just become ready; undefined for none. */
  readonly watch: (replica: AttachedReplica) => RecycleWatch | undefined
}

/** Time to tear down after the last task, in milliseconds. */
const TEARDOWN_MS = 2_000

/** It is kept alive from `start` to `retire` or `stop`. */
export class AttachedReplica {
  readonly #options: AttachedReplicaOptions
  readonly #process: ReplicaProcess
  #connection: Connection | undefined
  #watch: RecycleWatch | undefined

  constructor(options: AttachedReplicaOptions) {
    this.#options = options
    this.#process = superviseReplica({
      ...options,
      observer: { ...options.observer, replicaReported: (report) => this.#reported(report) },
      onConnection: (connection) => this.#attach(connection),
    })
  }

  get state(): ReplicaState {
    return this.#process.state
  }

  get restarts(): number {
    return this.#process.restarts
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Whether this watch is over the process that runs now. */
  isWatchedBy(watch: RecycleWatch): boolean {
    return this.#watch === watch
  }

  /** @throws as `ReplicaProcess.start` does. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#process.start(signal)
  }

  /** Tells its worker the size that batches have at most from now on. */
  limit(maxBatchSize: number): void {
    this.#process.limit(maxBatchSize)
  }

  /** Gives it no more work, lets it finish what it holds, and ends it. */
  retire(): Promise<void> {
    const connection = this.#connection
    const whenIdle = new Promise<void>((resolve) => {
      if (connection === undefined) resolve()
      else this.#options.scheduled.retire(connection, resolve)
    })
    return this.stop(TEARDOWN_MS, whenIdle)
  }

  /** Asks it to leave, after `whenIdle`; kills it when it has not left within `graceMs`. */
  stop(graceMs: number, whenIdle: Promise<void> = Promise.resolve()): Promise<void> {
    this.#watch?.stop()
    return this.#process.stop({ graceMs, whenIdle })
  }

  /** Ends it at once. */
  kill(): void {
    void this.stop(0)
    this.#process.kill()
  }

  #reported(report: ReplicaReported): void {
    this.#options.observer.replicaReported?.(report)
    this.#watch?.reported(report)
  }

  #attach(connection: Connection): void {
    this.#watch?.stop()
    const watch = this.#options.watch(this)
    this.#watch = watch
    this.#connection =
      watch === undefined ? connection : new CountedConnection(connection, () => watch.sent())
    // What it was started with may have changed in the meantime.
    this.limit(this.#options.maxBatchSize())
    this.#options.scheduled.attach(this.#connection)
  }
}
