/** W6: replicas that are killed, items that throw, items that crash their process. Who asked for nothing bad must not notice. */

import { openLoop } from '../load/open-loop/open-loop.ts'
import type { KindReport, LoadPlan, LoadReport, RequestKind } from '../load/open-loop/plan.ts'
import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { childIds } from '../process-tree.ts'
import { type Bar, barChart } from '../report/bar-chart.ts'
import { markdownTable } from '../report/markdown-table.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'

const KILL_EVERY_MS = 5000
/** About a tenth of what two replicas can do, so that one alone can do it too. */
const PER_SECOND = 300

const kinds: readonly RequestKind[] = [
  { name: 'innocent', body: '{"kind":"ok"}', share: 0.989 },
  { name: 'throws', body: '{"kind":"throw"}', share: 0.01 },
  { name: 'crashes', body: '{"kind":"crash"}', share: 0.001 },
]

export const faults: Workload<readonly FaultsRun[]> = {
  id: 'W6',
  title: 'kill -9 of a replica every 5 s, 1 % of the items throw, 0.1 % crash their process; 2 replicas',
  // Quick: two replicas are killed, the warm-up counted.
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 3, seconds: isQuick ? 9 : 60, minutes: 0 }),
  measure,
  report,
}

/** One server's life. */
export interface FaultsRun {
  readonly name: string
  readonly kills: number
  /** What the server's own metrics say of refusals and restarts. */
  readonly metrics: readonly string[]
  readonly report: LoadReport
}

async function measure({ rounds, seconds, print }: RunSettings): Promise<FaultsRun[]> {
  const runs: FaultsRun[] = []
  for (let round = 1; round <= rounds; round++) {
    print(`  round ${round}: without faults\n`)
    runs.push(await runOnce({ name: `${round}, no faults`, seconds: seconds / 4, seed: round }))
    print(`  round ${round}: with faults\n`)
    runs.push(await runOnce({ name: `${round}, faults`, seconds, seed: round, kinds }))
  }
  return runs
}

function report(runs: readonly FaultsRun[]): WorkloadReport {
  const innocents = runs.flatMap(({ report }) => report.kinds.filter(({ name }) => name === 'innocent'))
  const failed = innocents.reduce((sum, kind) => sum + failedOf(kind), 0)
  const findings = [
    {
      what: 'innocents that failed',
      wanted: '0',
      measured: `${failed} of ${innocents.reduce((sum, { sent }) => sum + sent, 0)}`,
      isMet: failed === 0,
    },
  ]
  const metrics = runs.map(({ name, metrics }) => `${name}:\n  ${metrics.join('\n  ')}`).join('\n')
  return { text: `${faultsTable(runs)}\n\n${metrics}`, findings, charts: { innocents: innocentsChart(runs) } }
}

function innocentsChart(runs: readonly FaultsRun[]): string {
  const bars = (value: (kind: KindReport) => number): Bar[] =>
    runs.flatMap(({ name, report }) =>
      report.kinds
        .filter((kind) => kind.name === 'innocent')
        .map((kind) => ({ name: `round ${name}`, value: value(kind) })),
    )
  return barChart({
    title: 'Those who asked for nothing bad',
    groups: [
      { name: 'sent', bars: bars(({ sent }) => sent) },
      { name: 'failed; wanted: 0', bars: bars(failedOf) },
      { name: 'p99 ms', bars: bars(({ p99Ms }) => p99Ms) },
    ],
  })
}

const failedOf = (kind: KindReport): number => kind.sent - answered(kind, '200')

interface RunOnce {
  readonly name: string
  readonly seconds: number
  readonly seed: number
  /** Innocent ones only, and nobody is killed, when left out. */
  readonly kinds?: readonly RequestKind[]
}

async function runOnce({ name, seconds, seed, kinds: faulty }: RunOnce): Promise<FaultsRun> {
  const server = await startPeer(ours('faulty'))
  let kills = 0
  const killing = setInterval(() => {
    if (faulty === undefined) return
    const replicas = childIds(server.pid)
    const victim = replicas[kills % replicas.length]
    if (victim === undefined) return
    process.kill(victim, 'SIGKILL')
    kills++
  }, KILL_EVERY_MS)
  try {
    const innocent = kinds.slice(0, 1).map((kind) => ({ ...kind, share: 1 }))
    const report = await openLoop(planOf({ server, seconds, seed, kinds: faulty ?? innocent }))
    return { name, kills, report, metrics: await toldBy(server.url) }
  } finally {
    clearInterval(killing)
    await server.stop()
  }
}

async function toldBy(url: string): Promise<string[]> {
  const page = await (await fetch(`${url}/metrics`)).text()
  const told =
    /^mosec_service_((?:refused_task|replica_restart|retried_task|expired_task)_total\S* [1-9]\d*)$/gm
  return [...page.matchAll(told)].map(([, line = '']) => line)
}

interface PlanOptions extends Pick<LoadPlan, 'kinds' | 'seconds' | 'seed'> {
  readonly server: { readonly url: string }
}

function planOf({ server, ...plan }: PlanOptions): LoadPlan {
  return {
    ...plan,
    port: Number(new URL(server.url).port),
    path: '/inference',
    headers: '',
    perSecond: PER_SECOND,
    warmUpSeconds: 2,
    deadlineMs: 10_000,
    leavingShare: 0,
  }
}

function faultsTable(runs: readonly FaultsRun[]): string {
  const rows = runs.flatMap(({ name, kills, report }) =>
    report.kinds.map((kind) => [
      name,
      String(kills),
      kind.name,
      String(kind.sent),
      ...['200', '500', '503', '408'].map((status) => String(answered(kind, status))),
      JSON.stringify(kind.failures),
      kind.p50Ms.toFixed(1),
      kind.p99Ms.toFixed(1),
      kind.maxMs.toFixed(0),
    ]),
  )
  const head = [
    'round',
    'kills',
    'kind',
    'sent',
    '200',
    '500',
    '503',
    '408',
    'broken',
    'p50 ms',
    'p99 ms',
    'max ms',
  ]
  return markdownTable(head, rows)
}

function answered({ statuses }: KindReport, status: string): number {
  return statuses[status] ?? 0
}
