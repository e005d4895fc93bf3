/** What can be run by its id, and what a run gives. */

import type { Finding } from './report/findings.ts'

/** How much work a run is; each workload uses what it knows. */
export interface Amount {
  readonly rounds: number
  /** Load per run. */
  readonly seconds: number
  /** Load of the soak. */
  readonly minutes: number
}

/** Options of a run. */
export interface RunSettings extends Amount {
  /** A few cells, short runs: seconds in all. */
  readonly isQuick: boolean
  /** Whether a cell of that name is to be run. */
  readonly only: (cell: string) => boolean
  /** Tells how far it is. */
  readonly print: (text: string) => void
  /** Keeps what there is so far in `results/<id>.json`: a long run may be cut off. */
  readonly save: (data: unknown) => Promise<void>
}

/** What a run found, for people. */
export interface WorkloadReport {
  /** Tables for the terminal. */
  readonly text: string
  /** What is wanted, and whether it is so: printed after the text, and in the summary of all workloads. */
  readonly findings?: readonly Finding[]
  /** SVG by name, for `results/<id>-<name>.svg`; one at least, which says at a glance what the text says. */
  readonly charts: Readonly<Record<string, string>>
}

/** A named measurement of some data; ids and wishes are those of the project's list of workloads. */
export interface Workload<Data = unknown> {
  readonly id: string
  readonly title: string
  /** Why `--quick` without ids leaves it out; without a reason it is part of that. */
  readonly leftOutOfQuick?: string
  /** Where the command line says nothing. */
  readonly defaults: (isQuick: boolean) => Amount
  /** Everything, as `results/<id>.json` has it. */
  measure(settings: RunSettings): Promise<Data>
  report(data: Data): WorkloadReport
}
