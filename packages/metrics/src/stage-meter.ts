/** The series of one stage and of its replicas. */

import type {
  BatchReplied,
  BatchSent,
  RecycleReason,
  ReplicaChanged,
  ReplicaReport,
  ReplicaState,
} from '@mosec/core'
import type { Families } from './families.ts'
import type { Cell, Cells } from './tally.ts'
import type { Tally } from './tally-histogram.ts'

/** What is counted for a stage as a whole. */
export class StageMeter {
  /** Tasks in its queue. */
  readonly queued: Cell
  /** Seconds that tasks waited there. */
  readonly queueDuration: Tally
  readonly #name: string
  readonly #families: Families
  readonly #restarts: Cell
  readonly #replicas = new Map<number, ReplicaMeter>()

  constructor(name: string, families: Families, states: readonly ReplicaState[]) {
    this.#name = name
    this.#families = families
    this.queued = families.queuedTask.at(name)
    this.queueDuration = families.queueDuration.series({ stage: name })
    this.#restarts = families.restart.at(name)
    families.retried.at(name)
    families.isolated.at(name)
    for (const reason of ['batches', 'age', 'rss', 'gauge'] satisfies RecycleReason[])
      families.recycled.at(name, reason)
    for (const setting of ['replicas', 'maxBatchSize', 'maxWaitMs', 'drained'])
      families.stageChanges.at(name, setting)
    for (const state of states) families.replica.at(name, state)
  }

  /** The replica with this 1-based number. */
  replica(number: number): ReplicaMeter {
    let replica = this.#replicas.get(number)
    if (replica === undefined) {
      replica = new ReplicaMeter(this.#name, number, this.#families)
      this.#replicas.set(number, replica)
    }
    return replica
  }

  /** Moves a replica from the state it was in to the new one; `restarts` is its total. */
  changed({ replica: number, state, restarts, deaths = 0, retryInMs = 0 }: ReplicaChanged): void {
    const replica = this.replica(number)
    replica.died(state === 'stopped' ? 0 : deaths, retryInMs / 1000)
    if (replica.state !== undefined) this.#families.replica.at(this.#name, replica.state).value--
    this.#families.replica.at(this.#name, state).value++
    this.#restarts.value += Math.max(0, restarts - replica.restarts)
    replica.state = state
    // What it said holds for one life; the next says it again.
    if (state !== 'ready') replica.reported({})
    replica.restarts = Math.max(restarts, replica.restarts)
  }
}

/** What is counted for one replica; its number is the label `connection`, so that restarts make no new series. */
class ReplicaMeter {
  state: ReplicaState | undefined
  restarts = 0
  readonly #labels: { readonly stage: string; readonly connection: string }
  readonly #families: Families
  #duration: Tally | undefined
  #size: Tally | undefined
  #formedIn: Tally | undefined
  /** Series that exist only while it says them. */
  readonly #reported: [cells: Cells, labels: readonly string[]][] = []

  constructor(stage: string, number: number, families: Families) {
    this.#labels = { stage, connection: `${number}` }
    this.#families = families
  }

  sent({ size, formedInMs }: BatchSent): void {
    this.#size ??= this.#families.batchSize.series(this.#labels)
    this.#formedIn ??= this.#families.batchDuration.series(this.#labels)
    this.#size.observe(size)
    this.#formedIn.observe(formedInMs / 1000)
  }

  /** All that it says of itself; what is no longer in it leaves the page. */
  reported({ runtime, gauges = {} }: ReplicaReport): void {
    const { stage, connection } = this.#labels
    const { runtimeInfo, replicaGauge } = this.#families
    for (const [cells, labels] of this.#reported) cells.remove(...labels)
    this.#reported.length = 0
    const set = (cells: Cells, labels: readonly string[], value: number): void => {
      cells.at(...labels).value = value
      this.#reported.push([cells, labels])
    }
    if (runtime !== undefined) set(runtimeInfo, [stage, connection, runtime.runtime, runtime.backend], 1)
    for (const [name, value] of Object.entries(gauges)) set(replicaGauge, [stage, connection, name], value)
  }

  /** How it fares: `deaths` in a row, and seconds until it is started again. */
  died(deaths: number, retryInSeconds: number): void {
    const { stage, connection } = this.#labels
    this.#families.deaths.at(stage, connection).value = deaths
    this.#families.retryIn.at(stage, connection).value = retryInSeconds
  }

  replied({ durationMs }: BatchReplied): void {
    this.#duration ??= this.#families.processDuration.series(this.#labels)
    this.#duration.observe(durationMs / 1000)
  }
}
