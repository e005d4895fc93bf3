/** What is measured; ids and wishes are those of the project's list of workloads. */

import { floor, handmade, mosec, ours } from './peers/peers.ts'
import type { Peer, Variant } from './variant.ts'

/** About 100 bytes of JSON. */
const smallBody = JSON.stringify({
  text: 'the quick brown fox jumps over the lazy dog, twice if need be',
  id: 12345,
})

/** A named set of variants. */
export interface Workload {
  readonly id: string
  readonly title: string
  /** All cells, or a few for everyday use. */
  readonly variants: (isQuick: boolean) => readonly Variant[]
}

const present = (peers: readonly (Peer | undefined)[]): Peer[] => peers.filter((peer) => peer !== undefined)

export const workloads: readonly Workload[] = [
  {
    id: 'W1',
    title: 'echo, JSON 100 B',
    variants: (isQuick) => {
      const connections = isQuick ? [64] : [1, 16, 64, 512]
      const shapes = isQuick ? [{ STAGES: '1', BATCH: '32' }] : echoShapes
      return shapes.flatMap((env) =>
        connections.flatMap((count) =>
          present([floor(), ours('echo', env), mosec('echo', env), handmade('echo')]).map((peer) => ({
            peer,
            cell: `${env.STAGES} stage(s), batch ${env.BATCH}, c = ${count}`,
            connections: count,
            body: smallBody,
          })),
        ),
      )
    },
  },
  {
    id: 'W2',
    title: 'a model of 5 ms + 0.5 ms * n, batch 32',
    variants: (isQuick) =>
      (isQuick ? [1, 256] : [1, 8, 64, 256]).flatMap((count) =>
        present([ours('sleep'), mosec('sleep', { WAIT_MS: '10' }), handmade('sleep')]).map((peer) => ({
          peer,
          cell: `c = ${count}`,
          connections: count,
          body: smallBody,
        })),
      ),
  },
]

const echoShapes = [
  { STAGES: '1', BATCH: '1' },
  { STAGES: '1', BATCH: '32' },
  { STAGES: '3', BATCH: '32' },
]
