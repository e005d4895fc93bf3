/** How long a server takes to be ready: one replica and 16 side by side, without a model and with one that takes its time. */

import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import { type Bar, barChart } from '../report/bar-chart.ts'
import type { Finding } from '../report/findings.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { medianBy } from '../report/median.ts'
import type { Workload, WorkloadReport } from '../workload.ts'

const LOAD_MS = 2_000
const MANY = 16
/** How much longer than one, beyond the CPU of the others shared by all processors: a tenth. */
const TOLERANCE = 1.1

/** What is started. */
export interface Case {
  readonly replicas: number
  readonly loadMs: number
  readonly isolation: 'process' | 'thread'
}

/** One start. */
export interface Round {
  readonly readyMs: number
  /** Of all processes, until ready. */
  readonly cpuMs: number
}

const cases: readonly Case[] = [
  { replicas: 1, loadMs: 0, isolation: 'process' },
  { replicas: MANY, loadMs: 0, isolation: 'process' },
  { replicas: 1, loadMs: LOAD_MS, isolation: 'process' },
  { replicas: MANY, loadMs: LOAD_MS, isolation: 'process' },
  { replicas: 1, loadMs: 0, isolation: 'thread' },
  { replicas: MANY, loadMs: 0, isolation: 'thread' },
]

/** The median of each case. */
export type StartData = readonly (readonly [one: Case, median: Round])[]

export const start: Workload<StartData> = {
  id: 'start',
  title: `from the start of the program to ready: 1 and ${MANY} replicas, whose worker loads for ${LOAD_MS} ms or not at all`,
  leftOutOfQuick: 'takes a minute',
  defaults: (isQuick) => ({ rounds: isQuick ? 3 : 10, seconds: 0, minutes: 0 }),
  async measure({ rounds, print }) {
    const measured = new Map<Case, Round[]>(cases.map((one) => [one, []]))
    for (let round = 1; round <= rounds; round++) {
      print(`  round ${round}\n`)
      for (const one of round % 2 === 1 ? cases : cases.toReversed())
        measured.get(one)?.push(await startOnce(one))
    }
    return [...measured].map(([one, all]) => [one, medianOf(all)] as const)
  },
  report,
}

async function startOnce({ replicas, loadMs, isolation }: Case): Promise<Round> {
  const env = { REPLICAS: `${replicas}`, ISOLATION: isolation, LOAD_MS: `${loadMs}` }
  const startedMs = performance.now()
  const server = await startPeer(ours('grown', env))
  const readyMs = performance.now() - startedMs
  const cpuMs = cpuMicroseconds(server.pid) / 1000
  await server.stop()
  return { readyMs, cpuMs }
}

const medianOf = (rounds: readonly Round[]): Round => ({
  readyMs: medianBy(rounds, ({ readyMs }) => readyMs),
  cpuMs: medianBy(rounds, ({ cpuMs }) => cpuMs),
})

function report(medians: StartData): WorkloadReport {
  const rows = medians.map(([one, { readyMs, cpuMs }]) => [
    `${one.replicas} x ${one.isolation}`,
    `${one.loadMs}`,
    readyMs.toFixed(0),
    cpuMs.toFixed(0),
    one.replicas === 1 ? '' : replicaCpuMs(medians, one).toFixed(0),
  ])
  const text = markdownTable(
    ['replicas', 'loads for ms', 'ready after ms', 'CPU ms', 'CPU ms a replica'],
    rows,
  )
  return { text, findings: [slowestFinding(medians)], charts: { ready: chartOf(medians) } }
}

function chartOf(medians: StartData): string {
  const bars = (isLoading: boolean): Bar[] =>
    medians
      .filter(([{ loadMs }]) => loadMs > 0 === isLoading)
      .map(([{ replicas, isolation }, { readyMs }]) => ({
        name: `${replicas} x ${isolation}`,
        value: readyMs,
      }))
  return barChart({
    title: 'From the start of the program to ready, in milliseconds',
    groups: [
      { name: 'without a model', bars: bars(false) },
      {
        name: `each loads for ${LOAD_MS} ms`,
        bars: [...bars(true), { name: `wanted of ${MANY} at most`, value: boundMs(medians) }],
      },
    ],
  })
}

/** What one more replica costs. */
function replicaCpuMs(medians: StartData, { loadMs, isolation }: Case): number {
  const cpuMs = (replicas: number): number => roundOf(medians, { replicas, loadMs, isolation }).cpuMs
  return (cpuMs(MANY) - cpuMs(1)) / (MANY - 1)
}

/** The loads run side by side: beside that of one, there is only the processors' own work on the other starts. */
function slowestFinding(medians: StartData): Finding {
  const measuredMs = readyMsOfMany(medians, LOAD_MS)
  const wantedMs = boundMs(medians)
  const withoutModel = readyMsOfMany(medians, 0).toFixed(0)
  return {
    what: `${MANY} replicas that load for ${LOAD_MS} ms each: ready`,
    wanted: `at most ${wantedMs.toFixed(0)} ms: one load, and the start of as many without a model (${withoutModel})`,
    measured: `${measuredMs.toFixed(0)} ms`,
    isMet: measuredMs <= wantedMs,
  }
}

const boundMs = (medians: StartData): number => TOLERANCE * (LOAD_MS + readyMsOfMany(medians, 0))

const readyMsOfMany = (medians: StartData, loadMs: number): number =>
  roundOf(medians, { replicas: MANY, loadMs, isolation: 'process' }).readyMs

function roundOf(medians: StartData, wanted: Case): Round {
  const found = medians.find(
    ([{ replicas, loadMs, isolation }]) =>
      replicas === wanted.replicas && loadMs === wanted.loadMs && isolation === wanted.isolation,
  )
  return found?.[1] ?? { readyMs: Number.NaN, cpuMs: Number.NaN }
}
