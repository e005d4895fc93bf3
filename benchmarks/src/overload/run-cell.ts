/** One run of one server under one load of W5. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLoop } from '../load/open-loop/open-loop.ts'
import type { KindReport, LoadReport } from '../load/open-loop/plan.ts'
import type { Peer } from '../peers/peer.ts'
import { startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds, residentBytes } from '../process-tree.ts'
import type { Sample } from '../report/slope.ts'
import { CAPACITY_PER_SECOND } from '../sleep-capacity.ts'
import { smallBody } from '../small-body.ts'

/** Answers later than this are worth nothing, in milliseconds. */
const DEADLINE_MS = 300
const LEAVING_SHARE = 0.2
const WARM_UP_SECONDS = 2
const SAMPLE_MS = 250

/** A server under a load. */
export interface OverloadCell {
  readonly peer: Peer
  /** How the server knows the deadline: by each request's header, or by its own service timeout. */
  readonly deadline: 'header' | '--timeout'
  /** Arrivals, as a multiple of the capacity. */
  readonly times: number
}

/** What a run measured. */
export interface OverloadRun {
  readonly cell: Pick<OverloadCell, 'deadline' | 'times'> & { readonly server: string }
  readonly requests: KindReport
  /** Answers within the deadline, per second. */
  readonly goodPerSecond: number
  /** Items that the model computed in that time. */
  readonly computed: number
  /** Share of these that no client got in time. */
  readonly forNobody: number
  /** Of all processes of the server, as a share of one core. */
  readonly serverCpu: number
  readonly load: Omit<LoadReport, 'kinds'>
  readonly residentMb: readonly Sample[]
}

/** Starts the server, loads it, stops it. */
export async function runCell(cell: OverloadCell, seconds: number, seed: number): Promise<OverloadRun> {
  const folder = mkdtempSync(join(tmpdir(), 'mosec-bench-'))
  const workFile = join(folder, 'work')
  try {
    const measured = await loadServer(cell, { seconds, seed, workFile })
    const { load, requests } = measured
    // Shifted, since what is computed at a moment was sent a while before.
    const from = load.countedFrom + (Number.isNaN(requests.p50Ms) ? DEADLINE_MS : requests.p50Ms)
    const computed = itemsWithin(readFileSync(workFile, 'utf8'), from, from + seconds * 1000)
    const forNobody = (computed - requests.good) / computed
    return { ...measured, computed, forNobody }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface RunOptions {
  readonly seconds: number
  readonly seed: number
  readonly workFile: string
}

async function loadServer(
  { peer, deadline, times }: OverloadCell,
  { seconds, seed, workFile }: RunOptions,
): Promise<Omit<OverloadRun, 'computed' | 'forNobody'>> {
  const server = await startPeer(withDeadline(peer, deadline, workFile))
  const residentMb: Sample[] = []
  const startMs = performance.now()
  const sampling = setInterval(() => {
    residentMb.push({
      seconds: (performance.now() - startMs) / 1000,
      value: residentBytes(server.pid) / 2 ** 20,
    })
  }, SAMPLE_MS)
  try {
    const beforeUs = cpuMicroseconds(server.pid)
    const { kinds, ...load } = await openLoop({
      port: Number(new URL(server.url).port),
      path: '/inference',
      kinds: [{ name: 'any', body: smallBody, share: 1 }],
      headers: deadline === 'header' ? `x-request-timeout-ms: ${DEADLINE_MS}\r\n` : '',
      perSecond: CAPACITY_PER_SECOND * times,
      warmUpSeconds: WARM_UP_SECONDS,
      seconds,
      deadlineMs: DEADLINE_MS,
      leavingShare: LEAVING_SHARE,
      seed,
    })
    const elapsedUs = (performance.now() - startMs) * 1000
    const [requests] = kinds
    if (requests === undefined) throw new Error('the load generator told nothing')
    return {
      cell: { server: peer.name, deadline, times },
      requests,
      goodPerSecond: requests.good / seconds,
      serverCpu: (cpuMicroseconds(server.pid) - beforeUs) / elapsedUs,
      load,
      residentMb,
    }
  } finally {
    clearInterval(sampling)
    await server.stop()
  }
}

function withDeadline(peer: Peer, deadline: OverloadCell['deadline'], workFile: string): Peer {
  const flags = deadline === '--timeout' ? ['--timeout', String(DEADLINE_MS)] : []
  return { ...peer, command: [...peer.command, ...flags], env: { ...peer.env, WORK_FILE: workFile } }
}

/** @param text lines of a count and a time. */
function itemsWithin(text: string, from: number, to: number): number {
  const batches = text.split('\n').map((line) => line.split(' ').map(Number))
  const within = batches.filter(([, time = 0]) => time >= from && time < to)
  return within.reduce((sum, [items = 0]) => sum + items, 0)
}
