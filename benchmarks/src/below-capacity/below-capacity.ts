/** W2 below its capacity: p50 and p99 under Poisson arrivals, beside Mosec with the wait that suits each load best. */

import type { Peer } from '../peers/peer.ts'
import { mosec, ours } from '../peers/peers.ts'
import { comparisonTable } from '../report/comparison-table.ts'
import { lineChart } from '../report/line-chart.ts'
import { medianBy } from '../report/median.ts'
import { type Figure, figureOf, type Result } from '../report/result.ts'
import type { Wish } from '../report/wish.ts'
import { wishFindings } from '../report/wish-findings.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'
import { type Measured, runServer } from './run-server.ts'

const LOADS = [0.5, 0.8, 0.95]
/** Mosec's `max_wait_time`; it takes no 0. */
const WAITS_MS = [1, 5, 10, 20]
const BEST = 'mosec at its best wait'

const figures: readonly (Figure & { readonly key: keyof Measured })[] = [
  { key: 'p50Ms', title: 'p50 ms', digits: 1 },
  { key: 'p99Ms', title: 'p99 ms', digits: 1 },
  { key: 'cpuUsPerRequest', title: 'CPU us/req', digits: 1 },
]

const wishes: readonly Wish[] = [{ figure: 'p99Ms', over: BEST, cell: '80 %', atMost: 0.7 }]

export const belowCapacity: Workload<readonly Result[]> = {
  id: 'W2-poisson',
  title: 'a model of 5 ms + 0.5 ms * n, batch 32: Poisson arrivals below its capacity',
  // Five servers a round, three loads each: twelve minutes.
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 3 : 6, minutes: 0 }),
  measure,
  report,
}

async function measure({ isQuick, rounds, seconds, only, print, save }: RunSettings): Promise<Result[]> {
  const loads = (isQuick ? [0.8] : LOADS).filter((load) => only(cellOf(load)))
  const measured = new Map<Peer, Measured[][]>(peersOf(isQuick).map((peer) => [peer, []]))
  for (let round = 1; round <= rounds; round++) {
    const peers = [...measured.keys()]
    for (const peer of round % 2 === 1 ? peers : peers.toReversed()) {
      print(`  round ${round}: ${peer.name}\n`)
      measured.get(peer)?.push(await runServer(peer, { loads, seconds, seed: round }))
    }
    await save(resultsOf(loads, measured))
  }
  return resultsOf(loads, measured)
}

function peersOf(isQuick: boolean): Peer[] {
  // Quick: the best one at 80 % in every whole run so far.
  const waits = isQuick ? [1] : WAITS_MS
  const others = waits.flatMap((wait) => mosec('sleep', { WAIT_MS: String(wait) }) ?? [])
  return [
    ours('sleep'),
    ...others.map((peer, index) => ({ ...peer, name: `mosec, wait ${waits[index]} ms` })),
  ]
}

const cellOf = (load: number): string => `${Math.round(load * 100)} %`

function resultsOf(
  loads: readonly number[],
  measured: ReadonlyMap<Peer, readonly (readonly Measured[])[]>,
): Result[] {
  return loads.flatMap((load, index) => {
    const results = [...measured].map(([peer, rounds]) =>
      resultOf(
        load,
        peer,
        rounds.flatMap((round) => round[index] ?? []),
      ),
    )
    return [...results, ...bestOf(results)]
  })
}

function resultOf(load: number, { name, isOurs }: Peer, rounds: readonly Measured[]): Result {
  return {
    cell: cellOf(load),
    server: name,
    isOurs: isOurs === true,
    figures: Object.fromEntries(figures.map(({ key }) => [key, medianBy(rounds, (round) => round[key])])),
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
    rounds,
  }
}

/** By hindsight: the wait with the least p99 at this load, again under a name of its own. */
function bestOf(results: readonly Result[]): Result[] {
  const p99 = (result: Result): number => figureOf(result, { key: 'p99Ms' })
  const [best] = results.filter(({ isOurs }) => !isOurs).toSorted((a, b) => p99(a) - p99(b))
  return best === undefined ? [] : [{ ...best, server: BEST }]
}

function report(results: readonly Result[]): WorkloadReport {
  const lags = results.flatMap(({ rounds }) => rounds.map(({ lagMs = 0 }) => lagMs))
  return {
    text: `${comparisonTable({ figures, results, wishes })}\n\np99 of how late the load itself was: at most ${Math.max(...lags).toFixed(1)} ms`,
    findings: wishFindings(wishes, results, figures),
    charts: { p99: chartOf(results) },
  }
}

function chartOf(results: readonly Result[]): string {
  const servers = [...new Set(results.map(({ server }) => server))].filter((server) => server !== BEST)
  return lineChart({
    title: 'p99 of a model of 5 ms + 0.5 ms * n, batch 32, Poisson arrivals',
    xLabel: 'load, % of capacity',
    yLabel: 'ms',
    curves: servers.map((name) => ({
      name,
      points: results
        .filter(({ server }) => server === name)
        .map((result) => [Number.parseInt(result.cell, 10), figureOf(result, { key: 'p99Ms' })] as const),
    })),
  })
}
