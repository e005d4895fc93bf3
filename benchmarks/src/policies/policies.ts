/** Batch policies in exact simulated time: the adaptive one beside fixed waits, over load. No server, no noise. */

import { adaptive, type BatchPolicy, window } from '@mosec/core'
import { arrivals, type BatchingResult, simulateBatching } from '@mosec/core/testing'
import { lineChart } from '../report/line-chart.ts'
import { markdownTable } from '../report/markdown-table.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'

const MAX_BATCH = 32
const LOADS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
const QUICK_LOADS = [0.05, 0.3, 0.5, 0.8, 0.95]
const WAITS_MS = [0, 1, 2, 3, 5, 8, 10, 15, 20, 40]
/** What Mosec's documentation suggests. */
const MOSEC_WAIT_MS = 10
const TOLERANCE = 1.1

const costs: Readonly<Record<string, (size: number) => number>> = {
  'flat, 10 ms': () => 10,
  'W2, 5 ms + 0.5 ms * n': (size) => 5 + 0.5 * size,
  'linear, 1 ms * n': (size) => size,
}
const patterns = { Poisson: 1, 'bursts of 8': 8 }

interface Situation {
  readonly cost: string
  readonly pattern: keyof typeof patterns
  readonly replicas: number
}

/** One load in one situation, by each policy. */
export interface Point extends Situation {
  readonly load: number
  readonly adaptive: BatchingResult
  readonly mosec: BatchingResult
  /** The fixed wait with the least mean latency at this load. */
  readonly best: BatchingResult
  readonly bestWaitMs: number
}

export const policies: Workload<readonly Point[]> = {
  id: 'policies',
  title:
    'batch policies in exact simulated time: adaptive, Mosec’s window of 10 ms, the best fixed wait by hindsight',
  defaults: () => ({ rounds: 1, seconds: 0, minutes: 0 }),
  measure: async (settings) =>
    situations(settings.isQuick).flatMap((situation) => pointsOf(situation, settings)),
  report,
}

/** Quick: those of the charts, at half of the loads, so that the points are as exact as in a whole run. */
function situations(isQuick: boolean): Situation[] {
  const names = Object.keys(patterns) as (keyof typeof patterns)[]
  const all = Object.keys(costs).flatMap((cost) =>
    names.flatMap((pattern) => [1, 2, 3, 4, 8].map((replicas) => ({ cost, pattern, replicas }))),
  )
  return isQuick ? all.filter(isDrawn) : all
}

const isDrawn = ({ cost, pattern, replicas }: Situation): boolean =>
  cost.startsWith('W2') && pattern === 'Poisson' && replicas === 1

function pointsOf(situation: Situation, { isQuick, print }: RunSettings): Point[] {
  print(`  ${situation.cost}, ${situation.pattern}, ${situation.replicas} replica(s)\n`)
  const count = 100_000
  return (isQuick ? QUICK_LOADS : LOADS).map((load) => {
    const play = (policy: BatchPolicy, maxWaitMs: number) =>
      simulate({ ...situation, load, count, policy, maxWaitMs })
    const fixed = WAITS_MS.map((waitMs) => ({ waitMs, result: play(window, waitMs) }))
    const best = fixed.reduce((one, other) => (other.result.meanMs < one.result.meanMs ? other : one))
    return {
      ...situation,
      load,
      adaptive: play(adaptive, Number.POSITIVE_INFINITY),
      mosec: play(window, MOSEC_WAIT_MS),
      best: best.result,
      bestWaitMs: best.waitMs,
    }
  })
}

interface Play extends Situation {
  readonly load: number
  readonly count: number
  readonly policy: BatchPolicy
  readonly maxWaitMs: number
}

function simulate({ cost, pattern, replicas, load, count, policy, maxWaitMs }: Play): BatchingResult {
  const costMs = costs[cost] ?? (() => 1)
  const rate = (load * replicas * MAX_BATCH) / costMs(MAX_BATCH)
  return simulateBatching({
    policy,
    limits: { maxBatchSize: MAX_BATCH, maxWaitMs },
    replicas,
    costMs,
    arrivalsMs: arrivals({ rate, count, seed: 17, burst: patterns[pattern] }),
  })
}

function report(points: readonly Point[]): WorkloadReport {
  const worst = (pick: 'p50Ms' | 'p99Ms') =>
    Math.max(...points.map(({ adaptive: ours, best }) => ours[pick] / best[pick]))
  const findings = (['p50Ms', 'p99Ms'] as const).map((pick) => ({
    what: `${pick.slice(0, 3)} over that of the best fixed wait, the worst of ${points.length} points`,
    wanted: `<= ${TOLERANCE}`,
    measured: worst(pick).toFixed(2),
    isMet: worst(pick) <= TOLERANCE,
  }))
  return { text: tableOf(points), findings, charts: charts(points) }
}

function tableOf(points: readonly Point[]): string {
  const shown = points.filter(({ load }) => [0.05, 0.5, 0.8, 0.95].includes(load))
  const head = [
    'cost',
    'arrivals',
    'replicas',
    'load',
    'best wait ms',
    'p50 ms',
    'of best',
    'p99 ms',
    'of best',
    'p50 of Mosec’s',
  ]
  return markdownTable(
    head,
    shown.map((point) => [
      point.cost,
      point.pattern,
      String(point.replicas),
      `${Math.round(point.load * 100)} %`,
      String(point.bestWaitMs),
      point.adaptive.p50Ms.toFixed(1),
      (point.adaptive.p50Ms / point.best.p50Ms).toFixed(2),
      point.adaptive.p99Ms.toFixed(1),
      (point.adaptive.p99Ms / point.best.p99Ms).toFixed(2),
      (point.adaptive.p50Ms / point.mosec.p50Ms).toFixed(2),
    ]),
  )
}

/** Of the model of W2 on one replica, Poisson: the curve that a person who chooses a wait wants to see. */
function charts(points: readonly Point[]): Record<string, string> {
  const shown = points.filter(isDrawn)
  const curve = (who: 'adaptive' | 'mosec' | 'best', pick: 'p50Ms' | 'p99Ms', name: string) => ({
    name,
    points: shown.map((point) => [point.load * 100, point[who][pick]] as const),
  })
  const chart = (pick: 'p50Ms' | 'p99Ms') =>
    lineChart({
      title: `${pick.slice(0, 3)} of a model of 5 ms + 0.5 ms * n, batch 32, one replica, Poisson arrivals`,
      xLabel: 'load, % of capacity',
      yLabel: 'ms',
      curves: [
        curve('adaptive', pick, 'adaptive (ours)'),
        curve('mosec', pick, 'window 10 ms (Mosec)'),
        curve('best', pick, 'best fixed wait'),
      ],
    })
  return { p50: chart('p50Ms'), p99: chart('p99Ms') }
}
