/** Starts a fresh server, warms it, loads it, measures, stops it. */

import { load } from './load/load.ts'
import { startPeer } from './peers/running-peer.ts'
import { cpuMicroseconds } from './process-tree.ts'
import type { Measured, Variant } from './variant.ts'

/** How long each phase takes. */
export interface Timing {
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** One round of one variant. */
export async function runVariant(variant: Variant, timing: Timing): Promise<Measured> {
  const server = await startPeer(variant.peer)
  try {
    const request = {
      url: `${server.url}/inference`,
      body: variant.body,
      contentType: 'application/json',
      connections: variant.connections,
    }
    await load({ ...request, seconds: timing.warmUpSeconds })
    const beforeUs = cpuMicroseconds(server.pid)
    const result = await load({ ...request, seconds: timing.seconds })
    const cpuUs = cpuMicroseconds(server.pid) - beforeUs
    const { requestsPerSecond, p50Ms, p99Ms, failures } = result
    return { requestsPerSecond, p50Ms, p99Ms, failures, cpuUsPerRequest: cpuUs / result.requests }
  } finally {
    await server.stop()
  }
}
