/** All replicas of all stages: started together, watched, changed one stage at a time, stopped together. */

import { setMaxListeners } from 'node:events'
import { socketFolderOf } from '@mosec/ipc/replica'
import type { WorkerInfo } from '@mosec/worker'
import { ReplicaGuard } from '@mosec/worker/replica'
import type { NamedStage } from '../blueprint.ts'
import { type CrewOptions, StageCrew } from './stage-crew.ts'

/** What a fleet is made of. */
export interface FleetOptions extends Omit<CrewOptions, 'guard'> {
  readonly stages: readonly NamedStage[]
  /** Replicas of each stage that must be ready for the service to be. */
  readonly readyMin: number | 'all'
}

/** Started and stopped once. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #guard: ReplicaGuard
  readonly #crews: ReadonlyMap<string, StageCrew>

  constructor(options: FleetOptions) {
    this.#options = options
    this.#guard = new ReplicaGuard({ logger: options.logger, folderOf: socketFolderOf })
    const shared = { ...options, guard: this.#guard }
    this.#crews = new Map(options.stages.map((stage) => [stage.name, new StageCrew(stage, shared)]))
  }

  /** Those who run each stage, by its name. */
  get crews(): ReadonlyMap<string, StageCrew> {
    return this.#crews
  }

  /** What the workers of each stage said of themselves, by stage name; complete once started. */
  get infos(): ReadonlyMap<string, WorkerInfo> {
    const known = [...this.#crews].flatMap(([name, { info }]) =>
      info === undefined ? [] : ([[name, info]] as const),
    )
    return new Map(known)
  }

  /**
   * Starts all replicas side by side; resolves when enough of each stage are ready.
   * @throws StartError of the first stage that cannot be ready, ConfigurationError when its worker does not suit it.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { readyMin } = this.#options
    // Each stage listens once; Node would call more than ten of them a leak.
    setMaxListeners(0, signal)
    await Promise.all([...this.#crews.values()].map((crew) => crew.start(readyMin, signal)))
  }

  /** Lets each replica finish what it holds for `graceMs`, then ends it. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#crews.values()].map((crew) => crew.stop(graceMs)))
    await this.#guard.close()
  }

  /** Ends all processes at once, without asking. */
  kill(): void {
    for (const crew of this.#crews.values()) crew.kill()
  }
}
