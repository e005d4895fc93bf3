/** Starts a fresh server, warms it, gives it its loads, measures, stops it. */

import { catchUp } from '../load/catch-up.ts'
import { type Body, type LoadOptions, load } from '../load/load.ts'
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
    const requests = loads.map((one) => requestOf(peer, server, one))
    // Else the first load with hundreds of connections measures how they are accepted by code that is not compiled yet.
    const [widest] = requests.toSorted((one, other) => other.connections - one.connections)
    if (widest !== undefined) await measure(server.pid, { ...widest, seconds: timing.warmUpSeconds })
    const measured: Measured[] = []
    for (const request of requests) {
      measured.push(await measure(server.pid, { ...request, seconds: timing.seconds }))
    }
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
  return { ...one, body: bodyFor(peer, one.body), url: `${url}${path}` }
}

function bodyFor({ wrapBody }: Peer, body: Body): Body {
  if (wrapBody === undefined || body instanceof Uint8Array) return body
  return typeof body === 'string' ? wrapBody(body) : body.map(wrapBody)
}

async function measure(pid: number, options: LoadOptions): Promise<Measured> {
  const beforeUs = cpuMicroseconds(pid)
  const { requests, ...result } = await load(options)
  const cpuUs = cpuMicroseconds(pid) - beforeUs
  await catchUp(options)
  if (requests === 0) return { ...result, p50Ms: Number.NaN, p99Ms: Number.NaN, cpuUsPerRequest: Number.NaN }
  // Less than a tick of the kernel's clock says nothing.
  return { ...result, cpuUsPerRequest: cpuUs === 0 ? Number.NaN : cpuUs / requests }
}
