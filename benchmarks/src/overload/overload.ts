/** W5: more requests than the model can serve, with deadlines, and clients that leave. */

import { mosec, ours } from '../peers/peers.ts'
import type { Finding } from '../report/findings.ts'
import { lineChart } from '../report/line-chart.ts'
import { isFlat, median, slopeOf, slopeText } from '../report/slope.ts'
import { CAPACITY_PER_SECOND } from '../sleep-capacity.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'
import { overloadTable } from './overload-table.ts'
import { type OverloadCell, type OverloadRun, runCell } from './run-cell.ts'

/** The server's own limit of waiting tasks is its default: twice what can be served by the deadline. */
const CAPACITY = { CAPACITY: '1024' }

/** The run that watches memory is so many times as long as the others. */
const LONGER = 6
/** A generator that sends later than this, in milliseconds, measures the machine and not the server. */
const MOST_LAG_MS = 10
/** Growth that counts as none, in MB per minute. */
const FLAT_MB_PER_MINUTE = 2

/** What was run, in the order of time. */
export interface OverloadData {
  readonly runs: readonly OverloadRun[]
  /** That which watches memory; quick runs have none. */
  readonly long: readonly OverloadRun[]
}

export const overload: Workload<OverloadData> = {
  id: 'W5',
  title: 'a model of 5 ms + 0.5 ms * n at 1, 2, 4 times its capacity; 300 ms deadlines, 20 % leave early',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 3 : 10, minutes: 0 }),
  measure,
  report,
}

async function measure({ isQuick, rounds, seconds, print }: RunSettings): Promise<OverloadData> {
  const cells = cellsOf(isQuick)
  const runs: OverloadRun[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const cell of round % 2 === 1 ? cells : cells.toReversed()) {
      print(`  round ${round}: ${cell.peer.name}, deadline by ${cell.deadline}, ${cell.times}x\n`)
      runs.push(await runCell(cell, seconds, round))
    }
  }
  return { runs, long: isQuick ? [] : [await watchMemory(seconds * LONGER, print)] }
}

function report({ runs, long }: OverloadData): WorkloadReport {
  const names = new Set(runs.map(nameOf))
  const groups = [...names].map((name) => runs.filter((run) => nameOf(run) === name))
  const text = [
    `capacity of the model: ${CAPACITY_PER_SECOND.toFixed(0)}/s`,
    overloadTable(groups),
    warningOf([...runs, ...long]),
  ].join('\n\n')
  const [memory] = long.map(memoryChart)
  const charts = { goodput: goodputChart(groups), ...(memory === undefined ? {} : { memory }) }
  const findings = [...groups.flatMap(findingsOf), ...long.map(memoryFinding)]
  return { text, findings, charts }
}

function watchMemory(seconds: number, print: RunSettings['print']): Promise<OverloadRun> {
  print(`  memory: ours at 4x for ${seconds} s\n`)
  return runCell({ peer: ours('sleep', CAPACITY), deadline: 'header', times: 4 }, seconds, 0)
}

/** Says which share of the runs the figures cannot be trusted for. */
function warningOf(runs: readonly OverloadRun[]): string {
  const late = runs.filter(({ load }) => load.p99LagMs > MOST_LAG_MS)
  const share = `${late.length} of ${runs.length} runs`
  return `the load itself was late (p99 above ${MOST_LAG_MS} ms) in ${share}: these say little of the server`
}

function cellsOf(isQuick: boolean): OverloadCell[] {
  const peer = ours('sleep', CAPACITY)
  const other = mosec('sleep', { WAIT_MS: '10' })
  return (isQuick ? [4] : [1, 2, 4]).flatMap((times) => [
    ...(isQuick ? [] : [{ peer, deadline: 'header' as const, times }]),
    { peer, deadline: '--timeout' as const, times },
    ...(other === undefined ? [] : [{ peer: other, deadline: '--timeout' as const, times }]),
  ])
}

const nameOf = ({ cell: { server, deadline, times } }: OverloadRun): string =>
  `${server}, ${deadline}, ${times}`

function findingsOf(runs: readonly OverloadRun[]): Finding[] {
  const [first] = runs
  if (first === undefined || first.cell.server !== 'ours' || first.cell.times < 4) return []
  const where = `at ${first.cell.times}x, deadline by ${first.cell.deadline}`
  const goodput = median(runs.map(({ goodPerSecond }) => goodPerSecond)) / CAPACITY_PER_SECOND
  const forNobody = median(runs.map((run) => run.forNobody))
  return [
    {
      what: `goodput ${where}`,
      wanted: '>= 95 % of capacity',
      measured: `${(goodput * 100).toFixed(1)} %`,
      isMet: goodput >= 0.95,
    },
    {
      what: `computed for nobody ${where}`,
      wanted: '< 2 %',
      measured: `${(forNobody * 100).toFixed(2)} %`,
      isMet: forNobody < 0.02,
    },
  ]
}

/** Of the second half: heaps grow until their first full collections. */
function memoryFinding({ residentMb }: OverloadRun): Finding {
  const slope = slopeOf(residentMb.slice(residentMb.length >> 1))
  return {
    what: 'resident memory at 4x, second half of a longer run',
    wanted: `flat within its noise, or below ${FLAT_MB_PER_MINUTE} MB/min`,
    measured: slopeText(slope, 'MB'),
    isMet: isFlat(slope, FLAT_MB_PER_MINUTE),
  }
}

function memoryChart({ residentMb }: OverloadRun): string {
  return lineChart({
    title: 'Resident memory of all processes of the server at 4x',
    xLabel: 'seconds',
    yLabel: 'MB',
    curves: [{ name: 'ours', points: residentMb.map(({ seconds, value }) => [seconds, value] as const) }],
  })
}

function goodputChart(groups: readonly (readonly OverloadRun[])[]): string {
  const curves = new Map<string, [number, number][]>()
  for (const runs of groups) {
    const [first] = runs
    if (first === undefined) continue
    const name = `${first.cell.server}, ${first.cell.deadline}`
    const points = curves.get(name) ?? []
    points.push([first.cell.times, median(runs.map(({ goodPerSecond }) => goodPerSecond))])
    curves.set(name, points)
  }
  return lineChart({
    title: 'Answers within 300 ms under overload',
    xLabel: "arrivals, as a multiple of the model's capacity",
    yLabel: 'answers in time, per second',
    curves: [...curves].map(([name, points]) => ({ name, points })),
    line: { y: CAPACITY_PER_SECOND, name: 'capacity' },
  })
}
