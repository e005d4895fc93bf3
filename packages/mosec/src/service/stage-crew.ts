/** The replicas of one stage: started together, changed in number while they work, replaced when they are due. */

import type { Clock, Observer, ReplicaChanged } from '@mosec/core'
import type { Scheduler, Stage } from '@mosec/core/scheduler'
import type { WorkerInfo } from '@mosec/worker'
import type { ReplicaGuard } from '@mosec/worker/replica'
import type { NamedStage } from '../blueprint.ts'
import type { LogLevel } from '../config/index.ts'
import type { ServerLogger } from '../log/index.ts'
import type { StageChanges } from '../scaling/stage-changes.ts'
import type { ReplicaCounts } from '../scaling/stage-state.ts'
import { AttachedReplica } from './attached-replica.ts'
import { changedStage, refuseMisfit } from './changed-stage.ts'
import { enough } from './enough.ts'
import { RecycleWatch } from './recycle-watch.ts'
import { Recycler } from './recycler.ts'
import { replicaLaunch } from './replica-launch.ts'
import { ReplicaSeat } from './replica-seat.ts'
import { residentBytes } from './resident-memory.ts'
import type { Transports } from './transports.ts'

/** What the crews of all stages share. */
export interface CrewOptions {
  readonly scheduler: Scheduler
  readonly transports: Transports
  readonly observer: Observer
  readonly clock: Clock
  readonly logger: ServerLogger
  readonly logLevel: LogLevel
  readonly guard: ReplicaGuard
  /** Workers report what goes in and out of them; see `dryRun`. */
  readonly isDryRun?: boolean
}

/** Started once; then its size and its limits may change. */
export class StageCrew {
  readonly #options: CrewOptions
  readonly #scheduled: Stage
  readonly #logger: ServerLogger
  readonly #over = new AbortController()
  readonly #recycler: Recycler
  /** By number less one. */
  readonly #seats: ReplicaSeat[] = []
  /** Given up; their replicas finish what they hold. */
  readonly #left = new Set<ReplicaSeat>()
  /** Replicas that were made, by number: two of one number may be there at once, at addresses of their own. */
  readonly #made = new Map<number, number>()
  /** Restarts by number. */
  readonly #restarts = new Map<number, number>()
  #stage: NamedStage
  #info: WorkerInfo | undefined

  constructor(stage: NamedStage, options: CrewOptions) {
    const { clock, observer } = options
    this.#stage = stage
    this.#options = options
    this.#scheduled = options.scheduler.stage(stage.name)
    this.#logger = options.logger.child({ stage: stage.name })
    const signal = this.#over.signal
    this.#recycler = new Recycler({ stage: stage.name, clock, observer, logger: this.#logger, signal })
  }

  /** The stage as it is to be now. */
  get stage(): NamedStage {
    return this.#stage
  }

  /** What the worker said of itself; undefined before the first one is ready. */
  get info(): WorkerInfo | undefined {
    return this.#info
  }

  /** Its replicas by what they do. */
  get counts(): ReplicaCounts {
    const counts = { ready: 0, starting: 0, backoff: 0, leaving: 0 }
    for (const { state } of this.#seats) {
      if (state === 'ready' || state === 'starting') counts[state]++
      else counts.backoff++
    }
    for (const seat of [...this.#seats, ...this.#left]) counts.leaving += seat.leavingCount
    return counts
  }

  /**
   * Starts all replicas side by side; resolves when `readyMin` of them are ready.
   * @throws StartError of the first one that cannot be ready, ConfigurationError when the worker does not suit the stage.
   */
  async start(readyMin: number | 'all', signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#over.abort(signal.reason), { once: true })
    if (signal.aborted) this.#over.abort(signal.reason)
    const { replicas } = this.#stage.options
    const seats = this.#addSeats(replicas)
    const starts = seats.map((seat) => seat.start())
    await enough(starts, readyMin === 'all' ? replicas : Math.min(readyMin, replicas))
    refuseMisfit(this.#stage, this.#info)
    for (const [index, start] of starts.entries()) {
      start.catch((error: unknown) => seats[index]?.startAgain(error))
    }
  }

  /**
   * Changes what the changes name, at once; replicas come and go in their own time.
   * @throws ConfigurationError naming what cannot be; nothing is changed then.
   */
  change(changes: StageChanges): void {
    const next = changedStage(this.#stage, changes, this.#info)
    this.#stage = next
    const { policy, maxBatchSize, maxWaitMs, replicas } = next.options
    for (const seat of this.#seats) seat.limit(maxBatchSize)
    this.#scheduled.change(policy, { maxBatchSize, maxWaitMs })
    this.#scheduled.isDrained = changes.drained ?? this.#scheduled.isDrained
    this.#resize(replicas)
  }

  /** Lets each replica finish what it holds for `graceMs`, then ends it. */
  async stop(graceMs: number): Promise<void> {
    this.#over.abort(new Error('the stage stops'))
    await Promise.all([...this.#seats, ...this.#left].map((seat) => seat.stop(graceMs)))
  }

  /** Ends all processes at once, without asking. */
  kill(): void {
    this.#over.abort(new Error('the stage is killed'))
    for (const seat of [...this.#seats, ...this.#left]) seat.kill()
  }

  /** The last ones leave first. */
  #resize(replicas: number): void {
    for (const seat of this.#seats.splice(replicas).reverse()) void this.#giveUp(seat)
    for (const seat of this.#addSeats(replicas - this.#seats.length)) void seat.startSurely()
    this.#checkOut()
  }

  async #giveUp(seat: ReplicaSeat): Promise<void> {
    this.#left.add(seat)
    await seat.leave()
    this.#left.delete(seat)
  }

  #addSeats(count: number): ReplicaSeat[] {
    const first = this.#seats.length + 1
    const seats = Array.from({ length: Math.max(0, count) }, (_, index) => this.#makeSeat(first + index))
    this.#seats.push(...seats)
    return seats
  }

  #makeSeat(number: number): ReplicaSeat {
    const { clock, observer } = this.#options
    const seat: ReplicaSeat = new ReplicaSeat({
      number,
      stage: this.#stage.name,
      restartsBefore: this.#restarts.get(number) ?? 0,
      make: (seat, observer) => this.#makeReplica(seat, observer),
      touched: () => this.#checkOut(),
      observer: {
        replicaReported: (report) => observer.replicaReported?.(report),
        isolated: (stage, tasks) => observer.isolated?.(stage, tasks),
        replicaChanged: (change) => this.#changed(seat, change),
      },
      clock,
      logger: this.#logger,
      signal: this.#over.signal,
    })
    return seat
  }

  #makeReplica(seat: ReplicaSeat, observer: Observer): AttachedReplica {
    const { transports, clock, guard, logLevel, isDryRun = false } = this.#options
    const { name, options } = this.#stage
    const { number } = seat
    return new AttachedReplica({
      stage: name,
      replica: number,
      addressName: this.#addressName(number),
      launch: () => replicaLaunch(this.#stage, number, { logLevel, isDryRun }),
      transport: transports[options.isolation],
      clock,
      guard,
      logger: this.#logger.child({ replica: number }),
      observer,
      onInfo: (info) => {
        this.#info = info
      },
      scheduled: this.#scheduled,
      maxBatchSize: () => this.#stage.options.maxBatchSize,
      watch: (replica) => this.#watch(seat, replica),
    })
  }

  #addressName(number: number): string {
    const made = (this.#made.get(number) ?? 0) + 1
    this.#made.set(number, made)
    const name = `${this.#stage.name}-${number}`
    return made === 1 ? name : `${name}.${made}`
  }

  #watch(seat: ReplicaSeat, replica: AttachedReplica): RecycleWatch | undefined {
    const { recycle } = this.#stage.options
    if (recycle === undefined) return undefined
    const isStillDue = () =>
      this.#seats.includes(seat) && seat.isHeldBy(replica) && replica.isWatchedBy(watch)
    const watch: RecycleWatch = new RecycleWatch({
      limits: recycle,
      clock: this.#options.clock,
      readRss: () => (replica.pid === undefined ? undefined : residentBytes(replica.pid)),
      onDue: (due) => this.#recycler.add({ seat, due, isStillDue }),
      onTooLow: (rssBytes) =>
        this.#logger.warning('recycle.maxRssBytes is less than a fresh replica takes: it has no effect', {
          replica: seat.number,
          rssBytes,
          maxRssBytes: recycle.maxRssBytes,
        }),
      random: Math.random,
    })
    return watch
  }

  /** A seat that was given up says no more once another one has its number. */
  #changed(seat: ReplicaSeat, change: ReplicaChanged): void {
    const holder = this.#seats[seat.number - 1]
    if (holder !== undefined && holder !== seat) return
    this.#restarts.set(seat.number, change.restarts)
    this.#options.observer.replicaChanged?.(change)
  }

  /** A stage whose replicas are all down for a while refuses at the door. */
  #checkOut(): void {
    this.#scheduled.isOut =
      this.#seats.length > 0 && this.#scheduled.ready === 0 && this.#seats.every(({ isDown }) => isDown)
  }
}
