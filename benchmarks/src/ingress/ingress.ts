/** HTTP in processes of its own: what it costs, whose processor it costs, and how it scales with their number. */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type LoadResult, load } from '../load/load.ts'
import { startPeer } from '../peers/running-peer.ts'
import { childIds, cpuMicroseconds, ownCpuMicroseconds } from '../process-tree.ts'
import { type Bar, barChart } from '../report/bar-chart.ts'
import type { Finding } from '../report/findings.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { smallBody } from '../small-body.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'

/** Few, where a turn has a handful of tasks to hand over, and many, where it has tens. */
const CONNECTIONS = [64, 256]
/** The scheduler of such a server is compiled late: in the first two seconds a request costs it twice as much. */
const WARM_UP_SECONDS = 8
/** More ingresses than processors only take turns; two are always tried, to see what they cost. */
const COUNTS = [0, 1, 2, 4, 8, 16].filter((count) => count <= Math.max(2, availableParallelism() - 2))
/** The share of the scheduler's process that is wanted, in microseconds a request. */
const WANTED_US = 5

type Role = 'scheduler' | 'ingresses' | 'replicas'

/** One round of one count. */
export interface IngressRound extends Readonly<Record<Role, number>> {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failures: number
}

/** What one number of ingresses did with one number of connections. */
export interface IngressCase {
  readonly count: number
  readonly connections: number
  readonly rounds: readonly IngressRound[]
}

export type IngressData = readonly IngressCase[]

/** The same, its rounds made one. */
interface IngressRow extends IngressRound {
  readonly count: number
  readonly connections: number
}

export const ingress: Workload<IngressData> = {
  id: 'ingress',
  title: `echo of 100 bytes of JSON in batches of 32: HTTP in the scheduler's process (0) or in others`,
  leftOutOfQuick: 'HTTP in processes of its own is off by default',
  defaults: (isQuick) => ({ rounds: isQuick ? 3 : 5, seconds: isQuick ? 2 : 5, minutes: 0 }),
  async measure(settings) {
    const cases = CONNECTIONS.flatMap((connections) =>
      COUNTS.map((count) => ({ count, connections, rounds: [] as IngressRound[] })),
    )
    for (let round = 1; round <= settings.rounds; round++) {
      for (const count of round % 2 === 1 ? COUNTS : COUNTS.toReversed()) {
        settings.print(`  round ${round}: --ingress ${count}\n`)
        await measureCount(
          count,
          cases.filter((one) => one.count === count),
          settings,
        )
      }
    }
    return cases
  },
  report,
}

/** One server, warm, with each number of connections in turn. */
async function measureCount(
  count: number,
  cases: readonly { connections: number; rounds: IngressRound[] }[],
  { seconds }: RunSettings,
): Promise<void> {
  const server = await startPeer({
    name: 'ours',
    command: [
      process.execPath,
      new URL('../servers/echo.js', import.meta.url).pathname,
      '--ingress',
      `${count}`,
    ],
    // As many replicas as keep up with all ingresses.
    env: { BATCH: '32', REPLICAS: `${Math.max(1, Math.ceil(count / 4))}` },
    tellsUrl: true,
  })
  try {
    const request = { url: `${server.url}/inference`, body: smallBody, contentType: 'application/json' }
    await load({ ...request, connections: Math.max(...CONNECTIONS), seconds: WARM_UP_SECONDS })
    for (const { connections, rounds } of cases) {
      const before = cpuByRole(server.pid)
      const loaded = await load({ ...request, connections, seconds })
      rounds.push(roundOf(loaded, before, cpuByRole(server.pid)))
    }
  } finally {
    await server.stop()
  }
}

type CpuByRole = Readonly<Record<Role, number>>

function roundOf(loaded: LoadResult, before: CpuByRole, after: CpuByRole): IngressRound {
  const { requests, requestsPerSecond, p50Ms, p99Ms, failures } = loaded
  const share = (role: Role): number => (after[role] - before[role]) / requests
  return {
    scheduler: share('scheduler'),
    ingresses: share('ingresses'),
    replicas: share('replicas'),
    requestsPerSecond,
    p50Ms,
    p99Ms,
    failures,
  }
}

/** In microseconds since each process began. */
function cpuByRole(server: number): CpuByRole {
  const cpu = { scheduler: ownCpuMicroseconds(server), ingresses: 0, replicas: 0 }
  for (const child of childIds(server)) cpu[roleOf(child)] += cpuMicroseconds(child)
  return cpu
}

/** A process is told its place by a variable. */
function roleOf(pid: number): Role {
  return readFileSync(`/proc/${pid}/environ`, 'latin1').includes('MOSEC_INGRESS_PLACE=')
    ? 'ingresses'
    : 'replicas'
}

function report(cases: IngressData): WorkloadReport {
  const rows = cases.map(({ rounds, ...one }): IngressRow => ({ ...one, ...medianOf(rounds) }))
  const head = [
    'c',
    '--ingress',
    'req/s',
    'ratio',
    'CPU us',
    'scheduler',
    'ingresses',
    'replicas',
    'p50 ms',
    'p99 ms',
  ]
  const off = (connections: number): number =>
    rows.find((row) => row.count === 0 && row.connections === connections)?.requestsPerSecond ?? Number.NaN
  const cells = rows.map((row) => [
    String(row.connections),
    String(row.count),
    row.requestsPerSecond.toFixed(0),
    (row.requestsPerSecond / off(row.connections)).toFixed(2),
    (row.scheduler + row.ingresses + row.replicas).toFixed(1),
    row.scheduler.toFixed(1),
    row.ingresses.toFixed(1),
    row.replicas.toFixed(1),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
  ])
  const failures = cases.flatMap(({ rounds }) => rounds).reduce((sum, round) => sum + round.failures, 0)
  return {
    text: `${markdownTable(head, cells)}\n\nfailures: ${failures}`,
    findings: rows.filter(({ count }) => count > 0).map(findingOf),
    charts: { cpu: chartOf(rows) },
  }
}

function chartOf(rows: readonly IngressRow[]): string {
  const bars = (value: (round: IngressRound) => number): Bar[] =>
    rows.map((row) => ({ name: `--ingress ${row.count}, c = ${row.connections}`, value: value(row) }))
  const wanted: Bar = { name: 'wanted at most', value: WANTED_US }
  return barChart({
    title: 'HTTP in processes of its own: CPU us of a request, by kind of process',
    groups: [
      { name: "the scheduler's", bars: [...bars(({ scheduler }) => scheduler), wanted] },
      { name: 'ingresses', bars: bars(({ ingresses }) => ingresses) },
      { name: 'replicas', bars: bars(({ replicas }) => replicas) },
      { name: 'requests per second', bars: bars(({ requestsPerSecond }) => requestsPerSecond) },
    ],
  })
}

function findingOf({ count, connections, scheduler }: IngressRow): Finding {
  return {
    what: `CPU us/req of the scheduler's process, --ingress ${count}, c = ${connections}`,
    wanted: `< ${WANTED_US}`,
    measured: scheduler.toFixed(1),
    isMet: scheduler < WANTED_US,
  }
}

function medianOf(rounds: readonly IngressRound[]): IngressRound {
  const median = (key: keyof IngressRound): number => {
    const sorted = rounds.map((round) => round[key]).sort((a, b) => a - b)
    return sorted[sorted.length >> 1] ?? Number.NaN
  }
  return {
    scheduler: median('scheduler'),
    ingresses: median('ingresses'),
    replicas: median('replicas'),
    requestsPerSecond: median('requestsPerSecond'),
    p50Ms: median('p50Ms'),
    p99Ms: median('p99Ms'),
    failures: median('failures'),
  }
}
