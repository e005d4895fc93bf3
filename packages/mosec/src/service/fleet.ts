/** All replicas of all stages: started together, watched, stopped together. */

import {
  type Clock,
  ConfigurationError,
  type Observer,
  type ReplicaChanged,
  type Scheduler,
} from '@mosec/core'
import type { WorkerInfo } from '@mosec/worker'
import { type ReplicaProcess, superviseReplica } from '@mosec/worker/replica'
import type { NamedStage } from '../blueprint.ts'
import type { LogLevel } from '../config/index.ts'
import type { ServerLogger } from '../log/index.ts'
import { startLater } from './late-start.ts'
import { replicaLaunch } from './replica-launch.ts'
import type { Transports } from './transports.ts'

/** What a fleet is made of. */
export interface FleetOptions {
  readonly stages: readonly NamedStage[]
  readonly scheduler: Scheduler
  readonly transports: Transports
  readonly observer: Observer
  readonly clock: Clock
  readonly logger: ServerLogger
  readonly logLevel: LogLevel
  /** Replicas of each stage that must be ready for the service to be. */
  readonly readyMin: number | 'all'
  /** Workers report what goes in and out of them; see `dryRun`. */
  readonly isDryRun?: boolean
}

interface FailedStart {
  readonly error: unknown
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
}

/** Started and stopped once. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #replicas = new Map<string, ReplicaProcess[]>()
  readonly #infos = new Map<string, WorkerInfo>()

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /** What the workers of each stage said of themselves, by stage name; complete once started. */
  get infos(): ReadonlyMap<string, WorkerInfo> {
    return this.#infos
  }

  /**
   * Starts all replicas side by side; resolves when enough of each stage are ready.
   * @throws StartError of the first stage that cannot be ready, ConfigurationError when its worker does not suit it.
   */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#options.stages.map((stage) => this.#startStage(stage, signal)))
  }

  /** Lets each replica finish what it holds for `graceMs`, then ends it. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#replicas.values()].flat().map((replica) => replica.stop({ graceMs })))
  }

  /** Ends all processes at once, without asking. */
  kill(): void {
    for (const replica of [...this.#replicas.values()].flat()) {
      // Told to stop first, or it would be started again.
      void replica.stop({ graceMs: 0 })
      replica.kill()
    }
  }

  async #startStage(stage: NamedStage, signal: AbortSignal): Promise<void> {
    const { replicas } = stage.options
    const supervised = Array.from({ length: replicas }, (_, index) => this.#supervise(stage, index + 1))
    this.#replicas.set(stage.name, supervised)
    const starts = supervised.map((replica) => replica.start(signal))
    const { readyMin } = this.#options
    await enough(starts, readyMin === 'all' ? replicas : Math.min(readyMin, replicas))
    this.#checkFit(stage)
    for (const [index, start] of starts.entries()) {
      start.catch((error: unknown) => this.#startLater(stage, index, { error, signal }))
    }
  }

  /** One beyond those that the start waited for. */
  #startLater(stage: NamedStage, index: number, { error, signal }: FailedStart): Promise<void> {
    const { clock, logger } = this.#options
    return startLater(error, {
      clock,
      signal,
      failed: (error, delayMs) =>
        logger.error(
          `stage ${stage.name} goes on without replica ${index + 1}; started again in ${delayMs} ms`,
          {
            error,
          },
        ),
      begin: () => {
        const replica = this.#supervise(stage, index + 1)
        this.#replicas.get(stage.name)?.splice(index, 1, replica)
        return replica.start(signal)
      },
    })
  }

  #supervise(stage: NamedStage, replica: number): ReplicaProcess {
    const { scheduler, transports, clock, logger, logLevel, observer, isDryRun = false } = this.#options
    return superviseReplica({
      stage: stage.name,
      replica,
      launch: replicaLaunch(stage, replica, { logLevel, isDryRun }),
      transport: transports[stage.options.isolation],
      clock,
      logger: logger.child({ stage: stage.name, replica }),
      observer: {
        replicaReported: (report) => observer.replicaReported?.(report),
        replicaChanged: (change) => {
          observer.replicaChanged?.(change)
          this.#changed(change)
        },
      },
      onInfo: (info) => this.#infos.set(stage.name, info),
      onConnection: (connection) => scheduler.stage(stage.name).attach(connection),
    })
  }

  /** A stage whose replicas are all down for a while refuses at the door. */
  #changed({ stage }: ReplicaChanged): void {
    const states = (this.#replicas.get(stage) ?? []).map(({ state }) => state)
    this.#options.scheduler.stage(stage).isOut =
      states.length > 0 && states.every((state) => state === 'backoff' || state === 'stopped')
  }

  #checkFit({ name, options }: NamedStage): void {
    const info = this.#infos.get(name)
    if (info === undefined || options.maxBatchSize === 1 || info.kind.startsWith('batch')) return
    throw new ConfigurationError(
      `stage ${name}: ${info.name} takes one task at a time, so maxBatchSize must be 1, got ${options.maxBatchSize}; ` +
        'extend BatchWorker to take batches',
    )
  }
}

/** Resolves when `count` of the promises have, rejects when that can no longer be, with the first reason. */
function enough(starts: readonly Promise<unknown>[], count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let ready = 0
    const reasons: unknown[] = []
    for (const start of starts) {
      start.then(
        () => {
          ready++
          if (ready >= count) resolve()
        },
        (reason) => {
          reasons.push(reason)
          if (starts.length - reasons.length < count) reject(reasons[0])
        },
      )
    }
  })
}
