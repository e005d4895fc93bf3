/** The runs of W5 as a table: medians of the rounds. */

import { markdownTable } from '../report/markdown-table.ts'
import { median } from '../report/slope.ts'
import { CAPACITY_PER_SECOND } from '../sleep-capacity.ts'
import type { OverloadRun } from './run-cell.ts'

type Column = readonly [title: string, show: (runs: readonly OverloadRun[]) => string]

const columns: readonly Column[] = [
  ['arrivals', of(({ cell }) => cell.times, 0, 'x')],
  ['server', ([first]) => `${first?.cell.server}, ${first?.cell.deadline}`],
  ['good/s', of(({ goodPerSecond }) => goodPerSecond, 0)],
  ['of capacity', of(({ goodPerSecond }) => (goodPerSecond / CAPACITY_PER_SECOND) * 100, 1, ' %')],
  ['refused', share(({ requests: { statuses } }) => (statuses['429'] ?? 0) + (statuses['503'] ?? 0))],
  ['408', share(({ requests: { statuses } }) => statuses['408'] ?? 0)],
  ['late', share(({ requests }) => requests.late)],
  ['left', share(({ requests }) => requests.left)],
  ['failed', (runs) => String(runs.reduce((sum, run) => sum + failuresOf(run), 0))],
  ['p50 ms', of(({ requests }) => requests.p50Ms, 0)],
  ['p99 ms', of(({ requests }) => requests.p99Ms, 0)],
  ['for nobody', of(({ forNobody }) => forNobody * 100, 2, ' %')],
  ['peak MB', of(({ residentMb }) => Math.max(...residentMb.map(({ value }) => value)), 0)],
  ['server CPU', of(({ serverCpu }) => serverCpu * 100, 0, ' %')],
  ['load CPU', of(({ load }) => load.cpuShare * 100, 0, ' %')],
  ['load lag p99 ms', of(({ load }) => load.p99LagMs, 1)],
]

/** @param groups the runs of each cell. */
export function overloadTable(groups: readonly (readonly OverloadRun[])[]): string {
  return markdownTable(
    columns.map(([title]) => title),
    groups.map((runs) => columns.map(([, show]) => show(runs))),
  )
}

function of(pick: (run: OverloadRun) => number, digits: number, unit = ''): Column[1] {
  return (runs) => `${median(runs.map(pick)).toFixed(digits)}${unit}`
}

/** Of the requests that were sent. */
function share(pick: (run: OverloadRun) => number): Column[1] {
  return of((run) => (pick(run) / run.requests.sent) * 100, 1, ' %')
}

/** Other answers, and connections that broke. */
function failuresOf({ requests: { statuses, failures } }: OverloadRun): number {
  const expected = ['200', '408', '429', '503']
  const others = Object.entries(statuses).filter(([status]) => !expected.includes(status))
  return [...others, ...Object.entries(failures)].reduce((sum, [, count]) => sum + count, 0)
}
