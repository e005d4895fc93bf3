/** A cell of a workload's table: one load, and the servers that get it. */

import type { Body } from '../load/load.ts'
import type { Peer } from '../peers/peer.ts'

/** Connections that each send the next request when the last one is answered. */
export interface ClosedLoad {
  readonly connections: number
  readonly body: Body
  readonly contentType: string
  /** `/inference` when left out. */
  readonly path?: string
}

/** What is compared with what. */
export interface Cell {
  /** Parts with commas between: `JSON 100 B, 1 stage, batch 32, c = 64`. */
  readonly name: string
  readonly load: ClosedLoad
  /** Ours and the others; one that is not here is left out. */
  readonly peers: readonly (Peer | undefined)[]
}

/** For quick runs: without the peers that take seconds to start. */
export const withoutSlowStarters = ({ peers, ...cell }: Cell): Cell => ({
  ...cell,
  peers: peers.filter((peer) => peer?.startsSlowly !== true),
})

/** A server with all loads that cells have for it: they come one after the other in one process. */
export interface ServerRun {
  readonly peer: Peer
  readonly loads: readonly ClosedLoad[]
}

/** Each server once, whatever the number of its cells; equal loads count once, too. */
export function serverRuns(cells: readonly Cell[]): ServerRun[] {
  const runs = new Map<string, { readonly peer: Peer; readonly loads: Map<string, ClosedLoad> }>()
  for (const { peers, load } of cells) {
    for (const peer of peers) {
      if (peer === undefined) continue
      const run = runs.get(serverKey(peer)) ?? { peer, loads: new Map<string, ClosedLoad>() }
      run.loads.set(loadKey(load), load)
      runs.set(serverKey(peer), run)
    }
  }
  return [...runs.values()].map(({ peer, loads }) => ({ peer, loads: [...loads.values()] }))
}

/** Equal for the same server under the same load. */
export const runKey = (peer: Peer, load: ClosedLoad): string => `${serverKey(peer)} ${loadKey(load)}`

const serverKey = ({ name, command, env }: Peer): string => JSON.stringify([name, command, env])

const loadKey = ({ connections, body, contentType, path }: ClosedLoad): string =>
  JSON.stringify([connections, body.length, contentType, path])
