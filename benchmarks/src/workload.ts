/** What can be run by its id, and what a run gives. */

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
  /** A few cells, short runs. */
  readonly isQuick: boolean
  /** Tells how far it is. */
  readonly print: (text: string) => void
  /** Keeps what there is so far in `results/<id>.json`: a long run may be cut off. */
  readonly save: (data: unknown) => Promise<void>
}

/** What a run found. */
export interface WorkloadReport {
  /** Tables for the terminal. */
  readonly text: string
  /** Everything, for `results/<id>.json`. */
  readonly data: unknown
  /** SVG by name, for `results/<id>-<name>.svg`. */
  readonly charts?: Readonly<Record<string, string>>
}

/** A named measurement; ids and wishes are those of the project's list of workloads. */
export interface Workload {
  readonly id: string
  readonly title: string
  /** Where the command line says nothing. */
  readonly defaults: (isQuick: boolean) => Amount
  readonly run: (settings: RunSettings) => Promise<WorkloadReport>
}
