/** The place of one replica in its stage: a number, and whoever has it now. */

import type { Clock, Observer, ReplicaChanged, ReplicaReported, ReplicaState } from '@mosec/core'
import type { ServerLogger } from '../log/index.ts'
import type { AttachedReplica } from './attached-replica.ts'
import { startLater } from './late-start.ts'

/** What a seat is made of. */
export interface SeatOptions {
  /** 1-based number within the stage. */
  readonly number: number
  /** Makes the next replica with this number. */
  readonly make: (seat: ReplicaSeat, observer: Observer) => AttachedReplica
  readonly stage: string
  /** Restarts under this number so far: counts go on when a seat is given up and comes again. */
  readonly restartsBefore: number
  /** Told when one of its replicas changed, or was given up. */
  readonly touched: () => void
  /** Told of the replica that has the seat; restarts are counted since the seat is there. */
  readonly observer: Observer
  readonly clock: Clock
  readonly logger: ServerLogger
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
}

/** Tasks wait for a replica that is started again within this time, in milliseconds. */
const SHORT_WAIT_MS = 1000

/** Has one replica, and a second one while that is replaced. */
export class ReplicaSeat {
  readonly number: number
  readonly #options: SeatOptions
  readonly #over = new AbortController()
  readonly #signal: AbortSignal
  #replica: AttachedReplica
  #successor: AttachedReplica | undefined
  /** Those who had the seat and finish what they hold. */
  readonly #leaving = new Set<AttachedReplica>()
  #restartsBefore: number
  /** Its last back-off, in milliseconds. */
  #retryInMs = 0
  /** The state that was told last. */
  #told: ReplicaState = 'stopped'
  /** What a successor said of itself before it has the seat. */
  #successorReport: ReplicaReported | undefined

  constructor(options: SeatOptions) {
    this.number = options.number
    this.#options = options
    this.#restartsBefore = options.restartsBefore
    this.#signal = AbortSignal.any([options.signal, this.#over.signal])
    this.#replica = this.#make()
  }

  /** Of the replica that has the seat. */
  get state(): ReplicaState {
    return this.#replica.state
  }

  /** Nobody works here, and nobody is about to: a task that comes now would wait for long. */
  get isDown(): boolean {
    if (this.#successor !== undefined) return false
    return this.state === 'stopped' || (this.state === 'backoff' && this.#retryInMs > SHORT_WAIT_MS)
  }

  /** Replicas that finish what they hold. */
  get leavingCount(): number {
    return this.#leaving.size
  }

  /** Whether this replica has the seat. */
  isHeldBy(replica: AttachedReplica): boolean {
    return this.#replica === replica
  }

  /** @throws StartError when the replica does not become ready; the signal's reason when the server stops. */
  start(): Promise<void> {
    return this.#replica.start(this.#signal)
  }

  /** Starts it, again and again until it is ready or the seat is given up. Never rejects. */
  async startSurely(): Promise<void> {
    try {
      await this.start()
    } catch (error) {
      await this.startAgain(error)
    }
  }

  /** After a start that failed: tries again, with growing pauses. Never rejects. */
  startAgain(error: unknown): Promise<void> {
    const { stage, clock, logger } = this.#options
    let deaths = 0
    return startLater(error, {
      clock,
      signal: this.#signal,
      failed: (error, retryInMs) => {
        deaths += 1
        this.#tell({ state: 'backoff', deaths, retryInMs })
        const text = `stage ${stage} goes on without replica ${this.number}; started again in ${retryInMs} ms`
        logger.error(text, { error })
      },
      begin: () => {
        this.#replica = this.#make()
        return this.start()
      },
    })
  }

  /** Tells the workers the size that batches have at most from now on. */
  limit(maxBatchSize: number): void {
    this.#replica.limit(maxBatchSize)
    this.#successor?.limit(maxBatchSize)
  }

  /**
   * Starts a successor, which gets work as soon as it is ready; only then the other one leaves. Resolves when it is gone.
   * @throws StartError when the successor does not become ready: the other one goes on.
   */
  async replace(): Promise<void> {
    const successor = this.#make()
    this.#successor = successor
    this.#successorReport = undefined
    try {
      await successor.start(this.#signal)
    } finally {
      this.#successor = undefined
      this.#options.touched()
    }
    if (this.#signal.aborted) return successor.retire()
    await this.#handOver(successor)
  }

  /** Gives the seat up: its replica gets no more work, finishes what it holds, and ends. */
  async leave(): Promise<void> {
    this.#over.abort(new Error(`replica ${this.number} is not wanted any more`))
    await this.#retire(this.#replica)
    // One that waited for its next start has no process that would say so.
    if (this.#told !== 'stopped') this.#tell({ state: 'stopped' })
  }

  /** Ends all its replicas; kills those that have not left within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#over.abort(new Error('the stage stops'))
    await Promise.all(this.#all().map((replica) => replica.stop(graceMs)))
  }

  /** Ends all its replicas at once. */
  kill(): void {
    this.#over.abort(new Error('the stage is killed'))
    for (const replica of this.#all()) replica.kill()
  }

  #all(): AttachedReplica[] {
    const all = [this.#replica, ...this.#leaving]
    return this.#successor === undefined ? all : [...all, this.#successor]
  }

  async #handOver(successor: AttachedReplica): Promise<void> {
    const before = this.#replica
    this.#restartsBefore += before.restarts
    this.#replica = successor
    this.#tell({ state: successor.state })
    if (this.#successorReport !== undefined) this.#options.observer.replicaReported?.(this.#successorReport)
    await this.#retire(before)
  }

  async #retire(replica: AttachedReplica): Promise<void> {
    this.#leaving.add(replica)
    await replica.retire()
    this.#leaving.delete(replica)
  }

  /** Who has not taken the seat yet, or has left it, is not what people count as this replica. */
  #make(): AttachedReplica {
    const { make, observer } = this.#options
    const replica: AttachedReplica = make(this, {
      replicaReported: (report) => {
        if (this.isHeldBy(replica)) observer.replicaReported?.(report)
        else if (this.#successor === replica) this.#successorReport = report
      },
      replicaChanged: (change) => {
        this.#retryInMs = change.retryInMs ?? 0
        if (this.isHeldBy(replica)) this.#tell(change)
        this.#options.touched()
      },
      isolated: (stage, tasks) => observer.isolated?.(stage, tasks),
    })
    return replica
  }

  #tell(change: Pick<ReplicaChanged, 'state' | 'reason' | 'deaths' | 'retryInMs'>): void {
    const { stage, observer } = this.#options
    const restarts = this.#restartsBefore + this.#replica.restarts
    this.#told = change.state
    observer.replicaChanged?.({ ...change, stage, replica: this.number, restarts })
  }
}
