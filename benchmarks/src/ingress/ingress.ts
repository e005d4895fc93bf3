/** HTTP in processes of its own: what it costs, whose processor it costs, and how it scales with their number. */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { load } from '../load/load.ts'
import { startPeer } from '../peers/running-peer.ts'
import { childIds, cpuMicroseconds, ownCpuMicroseconds } from '../process-tree.ts'
import { type Bar, barChart } from '../report/bar-chart.ts'
import type { Finding } from '../report/findings.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { smallBody } from '../small-body.ts'
import type { RunSettings, Workload, WorkloadReport } from '../workload.ts'

const CONNECTIONS = 64
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

/** All rounds by the number of ingresses. */
export type IngressData = readonly (readonly [count: number, rounds: readonly IngressRound[]])[]

export const ingress: Workload<IngressData> = {
  id: 'ingress',
  title: `echo of 100 bytes of JSON in batches of 32, c = ${CONNECTIONS}: HTTP in the scheduler's process (0) or in others`,
  leftOutOfQuick: 'HTTP in processes of its own is off by default',
  defaults: (isQuick) => ({ rounds: isQuick ? 3 : 5, seconds: isQuick ? 2 : 5, minutes: 0 }),
  async measure(settings) {
    const rounds = new Map<number, IngressRound[]>(COUNTS.map((count) => [count, []]))
    for (let round = 1; round <= settings.rounds; round++) {
      for (const count of round % 2 === 1 ? COUNTS : COUNTS.toReversed()) {
        settings.print(`  round ${round}: --ingress ${count}\n`)
        rounds.get(count)?.push(await measureCount(count, settings))
      }
    }
    return [...rounds]
  },
  report,
}

async function measureCount(count: number, { seconds }: RunSettings): Promise<IngressRound> {
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
    const request = {
      url: `${server.url}/inference`,
      body: smallBody,
      contentType: 'application/json',
      connections: CONNECTIONS,
    }
    await load({ ...request, seconds: WARM_UP_SECONDS })
    const before = cpuByRole(server.pid)
    const { requests, requestsPerSecond, p50Ms, p99Ms, failures } = await load({ ...request, seconds })
    const after = cpuByRole(server.pid)
    const share = (role: Role): number => (after[role] - before[role]) / requests
    const shares = {
      scheduler: share('scheduler'),
      ingresses: share('ingresses'),
      replicas: share('replicas'),
    }
    return { ...shares, requestsPerSecond, p50Ms, p99Ms, failures }
  } finally {
    await server.stop()
  }
}

/** In microseconds since each process began. */
function cpuByRole(server: number): Record<Role, number> {
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

function report(rounds: IngressData): WorkloadReport {
  const medians = new Map(rounds.map(([count, all]) => [count, medianOf(all)]))
  const off = medians.get(0)
  const head = [
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
  const rows = [...medians].map(([count, round]) => {
    const { scheduler, ingresses, replicas, requestsPerSecond, p50Ms, p99Ms } = round
    return [
      String(count),
      requestsPerSecond.toFixed(0),
      (requestsPerSecond / (off?.requestsPerSecond ?? Number.NaN)).toFixed(2),
      (scheduler + ingresses + replicas).toFixed(1),
      scheduler.toFixed(1),
      ingresses.toFixed(1),
      replicas.toFixed(1),
      p50Ms.toFixed(2),
      p99Ms.toFixed(2),
    ]
  })
  const failures = rounds.flatMap(([, all]) => all).reduce((sum, round) => sum + round.failures, 0)
  return {
    text: `${markdownTable(head, rows)}\n\nfailures: ${failures}`,
    findings: [...medians].filter(([count]) => count > 0).map(findingOf),
    charts: { cpu: chartOf([...medians]) },
  }
}

function chartOf(medians: readonly (readonly [number, IngressRound])[]): string {
  const bars = (value: (round: IngressRound) => number): Bar[] =>
    medians.map(([count, round]) => ({ name: `--ingress ${count}`, value: value(round) }))
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

function findingOf([count, { scheduler }]: readonly [number, IngressRound]): Finding {
  return {
    what: `CPU us/req of the scheduler's process, --ingress ${count}`,
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
