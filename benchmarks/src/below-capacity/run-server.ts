/** One server under Poisson arrivals at several shares of its model's capacity, one after the other. */

import { openLoop } from '../load/open-loop/open-loop.ts'
import type { KindReport, LoadReport } from '../load/open-loop/plan.ts'
import type { Peer } from '../peers/peer.ts'
import { type RunningPeer, startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import { CAPACITY_PER_SECOND } from '../sleep-capacity.ts'
import { smallBody } from '../small-body.ts'

/** Whoever has no answer by then gives up soon after. */
const DEADLINE_MS = 1000
const WARM_UP_SECONDS = 1

/** What one round of a server at one load measured. */
export type Measured = Readonly<Record<'p50Ms' | 'p99Ms' | 'cpuUsPerRequest' | 'failures' | 'lagMs', number>>

/** Options of {@link runServer}. */
export interface RunOptions {
  /** Of the capacity, 0 to 1. */
  readonly loads: readonly number[]
  /** Of each load. */
  readonly seconds: number
  /** The same arrivals for each server. */
  readonly seed: number
}

/** Starts it, loads it, stops it; in the order of the loads. */
export async function runServer(peer: Peer, { loads, seconds, seed }: RunOptions): Promise<Measured[]> {
  const server = await startPeer(peer)
  try {
    const measured: Measured[] = []
    for (const load of loads) measured.push(await measure(server, { load, seconds, seed }))
    return measured
  } finally {
    await server.stop()
  }
}

interface OneLoad {
  readonly load: number
  readonly seconds: number
  readonly seed: number
}

async function measure(server: RunningPeer, { load, seconds, seed }: OneLoad): Promise<Measured> {
  const beforeUs = cpuMicroseconds(server.pid)
  const report = await openLoop({
    port: Number(new URL(server.url).port),
    path: '/inference',
    kinds: [{ name: 'any', body: smallBody, share: 1 }],
    headers: '',
    perSecond: CAPACITY_PER_SECOND * load,
    warmUpSeconds: WARM_UP_SECONDS,
    seconds,
    deadlineMs: DEADLINE_MS,
    leavingShare: 0,
    seed,
  })
  const cpuUs = cpuMicroseconds(server.pid) - beforeUs
  return measuredOf(report, cpuUs / (CAPACITY_PER_SECOND * load * (WARM_UP_SECONDS + seconds)))
}

function measuredOf({ kinds, p99LagMs }: LoadReport, cpuUsPerRequest: number): Measured {
  const [kind] = kinds
  if (kind === undefined) throw new Error('the load generator told nothing')
  const failures = kind.sent - (kind.statuses['200'] ?? 0)
  return { p50Ms: kind.p50Ms, p99Ms: p99Of(kind, failures), cpuUsPerRequest, failures, lagMs: p99LagMs }
}

/** Of all requests: where more than one in a hundred has no answer it is no less than their patience. */
const p99Of = ({ p99Ms, sent }: KindReport, failures: number): number =>
  failures * 100 > sent ? Math.max(p99Ms, DEADLINE_MS) : p99Ms
