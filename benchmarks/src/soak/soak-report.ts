/** What W8 saw, as a table of slopes, findings and a chart. */

import type { Finding } from '../report/findings.ts'
import { lineChart } from '../report/line-chart.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { isFlat, median, type Slope, slopeOf, slopeText } from '../report/slope.ts'
import type { WorkloadReport } from '../workload.ts'
import type { SoakRun } from './soak.ts'
import { type Phase, type SeriesName, series } from './watch.ts'

/** The first part of each phase is left out: heaps grow until the first full collections. */
const SETTLING_SHARE = 1 / 3
/** Growth per minute that counts as none: of memory, handles, milliseconds. */
const FLAT_PER_MINUTE = 1
/** Handles that may differ before and after a thousand streams: keep-alive connections of whoever asks for metrics. */
const SPARE_HANDLES = 4

const units: Readonly<Record<SeriesName, string>> = { residentMb: 'MB', handles: '', lagMs: 'ms' }

/** Text, data and chart. */
export function soakReport(run: SoakRun): WorkloadReport {
  const rows = run.phases.map((phase) => [phase.name, ...series.map((name) => seriesText(phase, name))])
  const text = [
    markdownTable(['phase', 'resident memory', 'handles', 'event-loop lag p99'], rows),
    loadText(run),
  ].join('\n\n')
  return { text, findings: findingsOf(run), charts: { memory: memoryChart(run) } }
}

/** Slope, and the median that it starts from. */
function seriesText(phase: Phase, name: SeriesName): string {
  const slope = settledSlope(phase, name)
  const middle = median(phase.series[name].map(({ value }) => value))
  return `${middle.toFixed(1)} ${units[name]}, ${slopeText(slope, units[name])}`
}

function settledSlope({ series: seen }: Phase, name: SeriesName): Slope {
  const samples = seen[name]
  return slopeOf(samples.slice(Math.floor(samples.length * SETTLING_SHARE)))
}

function loadText({ load, streams }: SoakRun): string {
  const [kind] = load.kinds
  const requests = `${kind?.sent} requests, p50 ${kind?.p50Ms.toFixed(1)} ms, p99 ${kind?.p99Ms.toFixed(1)} ms`
  return `load: ${requests}; streams: ${streams.events} events, ${streams.ended} ended by themselves`
}

function findingsOf(run: SoakRun): Finding[] {
  const [kind] = run.load.kinds
  const failed = (kind?.sent ?? 0) - (kind?.statuses['200'] ?? 0)
  const load = run.phases.find(({ name }) => name === 'load')
  const flat = load === undefined ? [] : series.map((name) => flatFinding(load, name))
  const [before, after] = ['idle', 'after'].map((name) => lastOf(run, name))
  return [
    { what: 'requests that failed', wanted: '0', measured: String(failed), isMet: failed === 0 },
    ...flat,
    {
      what: 'handles before and after the streams',
      wanted: 'the same',
      measured: `${before} and ${after}`,
      isMet: Math.abs((after ?? 0) - (before ?? 0)) <= SPARE_HANDLES,
    },
    {
      what: 'left after close',
      wanted: 'nothing',
      measured: run.leftovers.join(', ') || 'nothing',
      isMet: run.leftovers.length === 0,
    },
  ]
}

function flatFinding(phase: Phase, name: SeriesName): Finding {
  const slope = settledSlope(phase, name)
  return {
    what: `${name} under load`,
    wanted: 'flat within its noise, or below 1 a minute',
    measured: slopeText(slope, units[name]),
    isMet: isFlat(slope, FLAT_PER_MINUTE),
  }
}

function lastOf({ phases }: SoakRun, name: string): number | undefined {
  return phases.find((phase) => phase.name === name)?.series.handles.at(-1)?.value
}

function memoryChart({ phases }: SoakRun): string {
  return lineChart({
    title: 'Resident memory of all processes of the server',
    xLabel: 'seconds',
    yLabel: 'MB',
    curves: phases.map(({ name, series: { residentMb } }) => ({
      name,
      points: residentMb.map(({ seconds, value }) => [seconds, value] as const),
    })),
  })
}
