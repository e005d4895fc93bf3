/** What is taken by who does nothing: a replica without a model, and an open connection. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ours } from '../peers/peers.ts'
import { startPeer } from '../peers/running-peer.ts'
import { childIds } from '../process-tree.ts'
import { barChart } from '../report/bar-chart.ts'
import type { Finding } from '../report/findings.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { medianBy } from '../report/median.ts'
import type { Workload, WorkloadReport } from '../workload.ts'
import { type Memory, memoryOf } from './memory-of.ts'

const MEGABYTE = 1e6
const WANTED_REPLICA_MB = 60
const WANTED_CONNECTION_BYTES = 20_000
const REPLICAS = 4
const CONNECTIONS = 10_000
/** What is read too soon after a start still has the start's garbage in it. */
const SETTLE_MS = 3_000

const clientsProgram = fileURLToPath(new URL('./idle-clients.js', import.meta.url))

/** One round. */
export interface MemoryRound {
  /** Of each of {@link REPLICAS} processes, just ready and when idle for a while. */
  readonly fresh: Memory
  readonly idle: Memory
  /** What each of {@link REPLICAS} threads adds to the server. */
  readonly threadBytes: number
  readonly connectionBytes: number
}

export const memory: Workload<readonly MemoryRound[]> = {
  id: 'memory',
  title: `memory of an idle replica without a model, and of each of ${CONNECTIONS} idle connections`,
  leftOutOfQuick: 'takes half a minute',
  defaults: (isQuick) => ({ rounds: isQuick ? 1 : 5, seconds: isQuick ? 0 : 15, minutes: 0 }),
  async measure({ rounds, seconds, print }) {
    const all: MemoryRound[] = []
    for (let round = 1; round <= rounds; round++) {
      print(`  round ${round}\n`)
      all.push(await measureOnce(SETTLE_MS + 1000 * seconds))
    }
    return all
  },
  report,
}

async function measureOnce(idleMs: number): Promise<MemoryRound> {
  const replicas = await withServer({ REPLICAS: `${REPLICAS}` }, async ({ pid }) => {
    const each = (): Memory => middleOf(childIds(pid).map(memoryOf))
    await sleep(SETTLE_MS)
    const fresh = each()
    await sleep(idleMs - SETTLE_MS)
    return { fresh, idle: each() }
  })
  const serverWith = (threads: number): Promise<number> =>
    withServer({ REPLICAS: `${threads}`, ISOLATION: 'thread' }, async ({ pid }) => {
      await sleep(SETTLE_MS)
      return memoryOf(pid).residentBytes
    })
  const threadBytes = ((await serverWith(1 + REPLICAS)) - (await serverWith(1))) / REPLICAS
  return { ...replicas, threadBytes, connectionBytes: await withServer({}, connectionBytes) }
}

/** Half of them have been used, as those that browsers and clients keep. */
async function connectionBytes({
  pid,
  url,
}: {
  readonly pid: number
  readonly url: string
}): Promise<number> {
  await fetch(`${url}/healthz`)
  await sleep(SETTLE_MS)
  const before = memoryOf(pid).residentBytes
  const clients = spawn(process.execPath, [clientsProgram, new URL(url).port, `${CONNECTIONS}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    await saidReady(clients)
    await sleep(SETTLE_MS)
    return (memoryOf(pid).residentBytes - before) / CONNECTIONS
  } finally {
    clients.kill()
    if (clients.exitCode === null && clients.signalCode === null) await once(clients, 'exit')
  }
}

/** @throws Error when they end before. */
async function saidReady({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) return
  for await (const line of createInterface({ input: stdout })) if (line === 'ready') return
  throw new Error(`${CONNECTIONS} connections could not be opened: see ulimit -n`)
}

async function withServer<Result>(
  env: Readonly<Record<string, string>>,
  use: (server: { readonly pid: number; readonly url: string }) => Promise<Result>,
): Promise<Result> {
  const server = await startPeer(ours('grown', env))
  try {
    return await use(server)
  } finally {
    await server.stop()
  }
}

const middleOf = (all: readonly Memory[]): Memory => ({
  residentBytes: medianBy(all, ({ residentBytes }) => residentBytes),
  shareBytes: medianBy(all, ({ shareBytes }) => shareBytes),
})

function report(rounds: readonly MemoryRound[]): WorkloadReport {
  const median = (pick: (round: MemoryRound) => number): number => medianBy(rounds, pick)
  const megabytes = (pick: (round: MemoryRound) => number): string => (median(pick) / MEGABYTE).toFixed(1)
  const rows = [
    [
      'a replica, a process, just ready',
      megabytes(({ fresh }) => fresh.residentBytes),
      megabytes(({ fresh }) => fresh.shareBytes),
    ],
    [
      'a replica, a process, idle',
      megabytes(({ idle }) => idle.residentBytes),
      megabytes(({ idle }) => idle.shareBytes),
    ],
    ['a replica, a thread', megabytes(({ threadBytes }) => threadBytes), ''],
    ['1000 idle connections', megabytes(({ connectionBytes }) => 1000 * connectionBytes), ''],
  ]
  const text = markdownTable(['MB', 'resident', 'its share of pages that others have, too'], rows)
  const replicaBytes = median(({ fresh }) => fresh.residentBytes)
  const perConnection = median(({ connectionBytes }) => connectionBytes)
  const findings: Finding[] = [
    {
      what: 'resident memory of a replica without a model, just ready',
      wanted: `under ${WANTED_REPLICA_MB} MB`,
      measured: `${(replicaBytes / MEGABYTE).toFixed(1)} MB`,
      isMet: replicaBytes < WANTED_REPLICA_MB * MEGABYTE,
    },
    {
      what: `memory of each of ${CONNECTIONS} idle connections`,
      wanted: `under ${WANTED_CONNECTION_BYTES / 1000} kB`,
      measured: `${(perConnection / 1000).toFixed(1)} kB`,
      isMet: perConnection < WANTED_CONNECTION_BYTES,
    },
  ]
  return { text, findings, charts: { resident: chartOf(median) } }
}

function chartOf(median: (pick: (round: MemoryRound) => number) => number): string {
  const megabytes = (pick: (round: MemoryRound) => number): number => median(pick) / MEGABYTE
  return barChart({
    title: 'Resident memory of who does nothing',
    groups: [
      {
        name: 'a replica without a model, MB',
        bars: [
          { name: 'process, just ready', value: megabytes(({ fresh }) => fresh.residentBytes) },
          { name: 'process, idle', value: megabytes(({ idle }) => idle.residentBytes) },
          { name: 'thread', value: megabytes(({ threadBytes }) => threadBytes) },
          { name: 'wanted at most', value: WANTED_REPLICA_MB },
        ],
      },
      {
        name: `each of ${CONNECTIONS} idle connections, kB`,
        bars: [
          { name: 'connection', value: median(({ connectionBytes }) => connectionBytes / 1000) },
          { name: 'wanted at most', value: WANTED_CONNECTION_BYTES / 1000 },
        ],
      },
    ],
  })
}
