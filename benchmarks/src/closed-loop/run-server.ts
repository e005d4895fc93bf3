/** Starts a fresh server, warms it, gives it its loads, measures, stops it. */

import { type LoadOptions, load } from '../load/load.ts'
import type { Peer } from '../peers/peer.ts'
import { type RunningPeer, startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import type { ClosedLoad, ServerRun } from './cell.ts'
import type { Measured } from './measured.ts'

/** How long each phase takes. */
export interface Timing {
  readonly warmUpSeconds: number
  /** Of each load. */
  readonly seconds: number
}

/** One round of one server: what each load measured, in the order of the loads. */
export async function runServer({ peer, loads }: ServerRun, timing: Timing): Promise<Measured[]> {
  const server = await startPeer(peer)
  try {
    const middle = loads[loads.length >> 1]
    if (middle !== undefined)
      await load({ ...requestOf(peer, server, middle), seconds: timing.warmUpSeconds })
    const measured: Measured[] = []
    for (const one of loads)
      measured.push(await measure(server.pid, { ...requestOf(peer, server, one), seconds: timing.seconds }))
    return measured
  } finally {
    await server.stop()
  }
}

function requestOf(
  peer: Peer,
  { url }: RunningPeer,
  { path = '/inference', ...one }: ClosedLoad,
): Omit<LoadOptions, 'seconds'> {
  const body = typeof one.body === 'string' ? (peer.wrapBody?.(one.body) ?? one.body) : one.body
  return { ...one, body, url: `${url}${path}` }
}

async function measure(pid: number, options: LoadOptions): Promise<Measured> {
  const beforeUs = cpuMicroseconds(pid)
  const { requests, ...result } = await load(options)
  const cpuUs = cpuMicroseconds(pid) - beforeUs
  // Of no request there is no time.
  if (requests === 0) return { ...result, p50Ms: Number.NaN, p99Ms: Number.NaN, cpuUsPerRequest: Number.NaN }
  return { ...result, cpuUsPerRequest: cpuUs / requests }
}
