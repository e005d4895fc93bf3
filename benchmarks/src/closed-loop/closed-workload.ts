/** A workload of closed loops: its cells, what is wanted of them, and what is drawn. */

import { cellChart } from '../report/cell-chart.ts'
import { comparisonTable } from '../report/comparison-table.ts'
import type { Figure, Result } from '../report/result.ts'
import type { Wish } from '../report/wish.ts'
import { wishFindings } from '../report/wish-findings.ts'
import type { Amount, RunSettings, Workload, WorkloadReport } from '../workload.ts'
import type { Cell } from './cell.ts'
import { closedLoopFigures as figures, type Measured } from './measured.ts'
import { runRounds } from './run-rounds.ts'

/** What such a workload says of itself. */
export interface ClosedWorkload {
  readonly id: string
  readonly title: string
  /** All cells, or a few for everyday use. */
  readonly cells: (isQuick: boolean) => readonly Cell[]
  readonly wishes: readonly Wish[]
  /** The figure of the chart; requests per second when left out. */
  readonly drawn?: keyof Measured
  /** Of each server, the same for all of them: V8 compiles for seconds what turns out to be hot. */
  readonly warmUpSeconds: (isQuick: boolean) => number
  readonly amount: (isQuick: boolean) => Pick<Amount, 'rounds' | 'seconds'>
  /** Why `--quick` alone leaves it out. */
  readonly leftOutOfQuick?: string
}

/** As `npm run bench` takes it. */
export function closedWorkload(workload: ClosedWorkload): Workload<readonly Result[]> {
  const { id, title, leftOutOfQuick, amount } = workload
  return {
    id,
    title,
    ...(leftOutOfQuick === undefined ? {} : { leftOutOfQuick }),
    defaults: (isQuick) => ({ ...amount(isQuick), minutes: 0 }),
    measure: (settings) => measure(workload, settings),
    report: (results) => reportOf(workload, results),
  }
}

function measure(workload: ClosedWorkload, settings: RunSettings): Promise<Result[]> {
  const { isQuick, rounds, seconds, only, print, save } = settings
  const cells = workload.cells(isQuick).filter(({ name }) => only(name))
  const options = { rounds, seconds, warmUpSeconds: workload.warmUpSeconds(isQuick), print, onRound: save }
  return runRounds(cells, options)
}

function reportOf({ title, wishes, drawn }: ClosedWorkload, results: readonly Result[]): WorkloadReport {
  return {
    text: `${comparisonTable({ figures, results, wishes })}\n\n${rawRounds(results)}`,
    findings: wishFindings(wishes, results, figures),
    charts: { cells: cellChart(title, drawnFigure(drawn), results) },
  }
}

function drawnFigure(drawn: keyof Measured = 'requestsPerSecond'): Figure {
  return figures.find(({ key }) => key === drawn) ?? { key: drawn, title: drawn, digits: 1 }
}

function rawRounds(results: readonly Result[]): string {
  const lines = results.map(({ server, cell, rounds }) => {
    const perSecond = rounds.map(({ requestsPerSecond }) => requestsPerSecond?.toFixed(0)).join(', ')
    return `  ${server}, ${cell}: ${perSecond} req/s`
  })
  return `rounds:\n${lines.join('\n')}`
}
