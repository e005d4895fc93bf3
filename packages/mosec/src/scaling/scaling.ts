/** Changes to stages while they run, and how they run now: the one home behind `server.scale` and `/admin/stages`. */

import { ConfigurationError, errorOf, type Logger, type Observer, outcomes } from '@mosec/core'
import type { Scheduler } from '@mosec/core/scheduler'
import type { NamedRoute } from '../blueprint.ts'
import type { Fleet } from '../service/fleet.ts'
import type { StageCrew } from '../service/stage-crew.ts'
import { checkStageChanges } from './stage-changes.ts'
import type { StageState } from './stage-state.ts'

/** What it works on. */
export interface ScalingOptions {
  readonly routes: readonly NamedRoute[]
  readonly fleet: Fleet
  readonly scheduler: Scheduler
  readonly observer: Observer
  readonly logger: Logger
  /** False before the service has started, and once it stops. */
  readonly isRunning: () => boolean
}

/** The settings that may change, by the names that they have in a state. */
const settings = ['replicas', 'maxBatchSize', 'maxWaitMs', 'drained'] as const

type Settings = Pick<StageState, (typeof settings)[number]>

/** Says what is, and changes it. */
export class Scaling {
  readonly #options: ScalingOptions

  constructor(options: ScalingOptions) {
    this.#options = options
  }

  /** Every stage, in the order of the routes. */
  get stages(): readonly StageState[] {
    return [...this.#options.fleet.crews.keys()].map((name) => this.stage(name))
  }

  /** @throws ConfigurationError for a name that no stage has; it tells those that there are. */
  stage(name: string): StageState {
    const { stage, counts } = this.#crew(name)
    const scheduled = this.#options.scheduler.stage(name)
    const { maxWaitMs, ...options } = stage.options
    return {
      name,
      routes: this.#options.routes.filter(({ stages }) => stages.includes(name)).map(({ path }) => path),
      replicas: options.replicas,
      states: counts,
      maxBatchSize: options.maxBatchSize,
      maxWaitMs: Number.isFinite(maxWaitMs) ? maxWaitMs : null,
      policy: options.policyName,
      isolation: options.isolation,
      drained: scheduled.isDrained,
      queued: scheduled.length,
      running: scheduled.running,
      fullBatchMs: scheduled.forecast.fullBatchMs ?? null,
    }
  }

  /**
   * Makes the changes at once; replicas come and go in their own time.
   * @throws ConfigurationError naming what cannot be, MosecError `shutting_down` once the service stops; nothing is
   * changed then.
   */
  scale(name: string, changes: unknown): StageState {
    const crew = this.#crew(name)
    const checked = checkStageChanges(changes)
    if (!this.#options.isRunning()) throw errorOf({ ...outcomes.shuttingDown, code: 'shutting_down' })
    const before = this.stage(name)
    crew.change(checked)
    const after = this.stage(name)
    this.#tell(before, after)
    return after
  }

  #crew(name: string): StageCrew {
    const { crews } = this.#options.fleet
    const crew = crews.get(name)
    if (crew !== undefined) return crew
    const shown = JSON.stringify(name.slice(0, 80))
    throw new ConfigurationError(`no stage is called ${shown}; there are ${[...crews.keys()].join(', ')}`)
  }

  #tell(before: StageState, after: StageState): void {
    const changed = settings.filter((setting) => before[setting] !== after[setting])
    if (changed.length === 0) return
    const { observer, logger } = this.#options
    const stage = after.name
    logger.info(`stage ${stage} was changed`, {
      stage,
      from: only(changed, before),
      to: only(changed, after),
    })
    observer.stageChanged?.({ stage, settings: changed })
  }
}

const only = (names: readonly (keyof Settings)[], state: Settings): Partial<Settings> =>
  Object.fromEntries(names.map((name) => [name, state[name]]))
