/** Replaces the replicas of one stage that are due, one after the other. */

import type { Clock, Observer } from '@mosec/core'
import { RestartPolicy, restartDefaults } from '@mosec/worker/replica'
import type { ServerLogger } from '../log/index.ts'
import { pause } from './pause.ts'
import type { Due } from './recycle-watch.ts'
import type { ReplicaSeat } from './replica-seat.ts'

/** What a recycler is made of. */
export interface RecyclerOptions {
  readonly stage: string
  readonly clock: Clock
  readonly observer: Observer
  readonly logger: ServerLogger
  /** Aborted when the server stops. */
  readonly signal: AbortSignal
}

/** A seat whose replica is to be replaced. */
export interface DueSeat {
  readonly seat: ReplicaSeat
  readonly due: Due
  /** False once the process is gone anyway, and a fresh one there. */
  readonly isStillDue: () => boolean
}

/** One at a time, so that a stage never takes more than one replica beyond those it was given. */
export class Recycler {
  readonly #options: RecyclerOptions
  #backOff: RestartPolicy
  readonly #waiting: DueSeat[] = []
  #isBusy = false

  constructor(options: RecyclerOptions) {
    this.#options = options
    this.#backOff = new RestartPolicy(restartDefaults, options.clock)
  }

  /** Takes it in its turn. */
  add(due: DueSeat): void {
    this.#waiting.push(due)
    if (!this.#isBusy) void this.#run()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    this.#isBusy = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!this.#options.signal.aborted && next.isStillDue()) await this.#replace(next)
    }
    this.#isBusy = false
  }

  async #replace(next: DueSeat): Promise<void> {
    const { stage, observer, logger } = this.#options
    const { seat, due } = next
    try {
      await seat.replace()
      this.#backOff = new RestartPolicy(restartDefaults, this.#options.clock)
      logger.info(`replica ${seat.number} was replaced by a fresh one`, fields(next))
      observer.replicaRecycled?.({ stage, replica: seat.number, reason: due.reason })
    } catch (error) {
      if (!this.#options.signal.aborted && next.isStillDue()) await this.#postpone(next, error)
    }
  }

  /** The others get their turn first. */
  async #postpone(next: DueSeat, error: unknown): Promise<void> {
    const { clock, logger, signal } = this.#options
    const delayMs = this.#backOff.died()
    const what = `the successor of replica ${next.seat.number} did not start`
    logger.error(`${what}: that one goes on; tried again in ${Math.round(delayMs)} ms`, {
      ...fields(next),
      error,
    })
    this.#waiting.push(next)
    await pause(delayMs, clock, signal)
  }
}

const fields = ({ seat, due: { reason, batches, ageMs, rssBytes } }: DueSeat) => ({
  replica: seat.number,
  reason,
  batches,
  ageMs: Math.round(ageMs),
  ...(rssBytes === undefined ? {} : { rssBytes }),
})
