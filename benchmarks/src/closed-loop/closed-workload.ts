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
  /** Five rounds of five seconds, two of one when quick, when left out. */
  readonly amount?: (isQuick: boolean) => Pick<Amount, 'rounds' | 'seconds'>
  /** 1 when left out; more where the first hundred requests take seconds. */
  readonly warmUpSeconds?: number
  /** Why `--quick` alone leaves it out. */
  readonly leftOutOfQuick?: string
}

const usualAmount = (isQuick: boolean): Pick<Amount, 'rounds' | 'seconds'> =>
  isQuick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 5 }

/** As `npm run bench` takes it. */
export function closedWorkload(workload: ClosedWorkload): Workload<readonly Result[]> {
  const { id, title, leftOutOfQuick, amount = usualAmount } = workload
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
  const options = { rounds, seconds, warmUpSeconds: workload.warmUpSeconds ?? 1, print, onRound: save }
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
