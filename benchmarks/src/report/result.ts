/** What servers did in the cells of a workload: the input of tables, wishes and charts. */

/** A figure that each server has in each cell. */
export interface Figure {
  /** In {@link Result.figures}. */
  readonly key: string
  /** With its unit: `req/s`, `CPU us/req`. */
  readonly title: string
  /** After the decimal point. */
  readonly digits: number
}

/** One server in one cell. */
export interface Result {
  readonly cell: string
  /** `ours`, `ours, thread`, `mosec`. */
  readonly server: string
  /** One of ours, which wishes are about; the others are what it is compared with. */
  readonly isOurs: boolean
  /** Medians of the rounds by key. */
  readonly figures: Readonly<Record<string, number>>
  /** Requests that failed, over all rounds. */
  readonly failures: number
  /** The figures of each round. */
  readonly rounds: readonly Readonly<Record<string, number>>[]
}

/** NaN where it was not measured. */
export function figureOf(result: Result | undefined, { key }: Pick<Figure, 'key'>): number {
  return result?.figures[key] ?? Number.NaN
}
