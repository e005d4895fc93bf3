/** How long a server takes to be ready: one replica and 16 side by side, without a model and with one that takes its time. */

import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { medianBy } from '../report/median.ts'
import type { Workload, WorkloadReport } from '../workload.ts'

const LOAD_MS = 2_000
const MANY = 16
/** How much longer than one, beyond the CPU of the others shared by all processors: a tenth. */
const TOLERANCE = 1.1

interface Case {
  readonly replicas: number
  readonly loadMs: number
  readonly isolation: 'process' | 'thread'
}

interface Round {
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

export const start: Workload = {
  id: 'start',
  title: `from the start of the program to ready: 1 and ${MANY} replicas, whose worker loads for ${LOAD_MS} ms or not at all`,
  leftOutOfQuick: 'takes a minute',
  defaults: (isQuick) => ({ rounds: isQuick ? 3 : 10, seconds: 0, minutes: 0 }),
  async run({ rounds, print }) {
    const measured = new Map<Case, Round[]>(cases.map((one) => [one, []]))
    for (let round = 1; round <= rounds; round++) {
      print(`  round ${round}\n`)
      for (const one of round % 2 === 1 ? cases : cases.toReversed())
        measured.get(one)?.push(await measure(one))
    }
    return report(new Map([...measured].map(([one, all]) => [one, medianOf(all)])))
  },
}

async function measure({ replicas, loadMs, isolation }: Case): Promise<Round> {
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

function report(medians: ReadonlyMap<Case, Round>): WorkloadReport {
  const rows = [...medians].map(([one, { readyMs, cpuMs }]) => [
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
  return { text, data: [...medians], findings: [slowestFinding(medians)] }
}

/** What one more replica costs. */
function replicaCpuMs(medians: ReadonlyMap<Case, Round>, { loadMs, isolation }: Case): number {
  const cpuMs = (replicas: number): number => roundOf(medians, { replicas, loadMs, isolation }).cpuMs
  return (cpuMs(MANY) - cpuMs(1)) / (MANY - 1)
}

/** The loads run side by side: beside that of one, there is only the processors' own work on the other starts. */
function slowestFinding(medians: ReadonlyMap<Case, Round>): NonNullable<WorkloadReport['findings']>[number] {
  const at = (replicas: number, loadMs: number): number =>
    roundOf(medians, { replicas, loadMs, isolation: 'process' }).readyMs
  const withoutModelMs = at(MANY, 0)
  const boundMs = TOLERANCE * (LOAD_MS + withoutModelMs)
  return {
    what: `${MANY} replicas that load for ${LOAD_MS} ms each: ready`,
    wanted: `at most ${boundMs.toFixed(0)} ms: one load, and the start of as many without a model (${withoutModelMs.toFixed(0)})`,
    measured: `${at(MANY, LOAD_MS).toFixed(0)} ms`,
    isMet: at(MANY, LOAD_MS) <= boundMs,
  }
}

function roundOf(medians: ReadonlyMap<Case, Round>, wanted: Case): Round {
  const found = [...medians].find(
    ([{ replicas, loadMs, isolation }]) =>
      replicas === wanted.replicas && loadMs === wanted.loadMs && isolation === wanted.isolation,
  )
  return found?.[1] ?? { readyMs: Number.NaN, cpuMs: Number.NaN }
}
