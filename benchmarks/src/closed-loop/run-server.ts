/** Starts a fresh server, warms it, gives it its loads, measures, stops it. */

import { catchUp } from '../load/catch-up.ts'
import { type Body, type LoadOptions, load } from '../load/load.ts'
import type { Peer } from '../peers/peer.ts'
import { type RunningPeer, startPeer } from '../peers/running-peer.ts'
import { cpuMicroseconds } from '../process-tree.ts'
import type { ClosedLoad, ServerRun } from './cell.ts'
import type { Measured } from './measured.ts'

/** Longest wait for what a load has left behind, in milliseconds. */
const SETTLE_MS = 30_000

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
    const middle = requests[requests.length >> 1]
    if (middle !== undefined) await measure(server.pid, { ...middle, seconds: timing.warmUpSeconds })
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
  await settle(options)
  // Of no request there is no time.
  if (requests === 0) return { ...result, p50Ms: Number.NaN, p99Ms: Number.NaN, cpuUsPerRequest: Number.NaN }
  return { ...result, cpuUsPerRequest: cpuUs / requests }
}

/**
 * Waits until what the load has left behind is done, as handmade's queue of 256 requests whose clients are gone: it would
 * be part of the next load.
 */
async function settle({ url, body, contentType }: LoadOptions): Promise<void> {
  const one = typeof body === 'string' || body instanceof Uint8Array ? body : (body[0] ?? '')
  const signal = AbortSignal.timeout(SETTLE_MS)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof one === 'string' ? one : Buffer.from(one),
    signal,
  })
  await response.arrayBuffer()
}
