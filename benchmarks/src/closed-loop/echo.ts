/** W1: an echo in all its shapes. */

import type { Peer } from '../peers/peer.ts'
import { bentoml, floor, handmade, litserve, mosec, ours } from '../peers/peers.ts'
import { smallBody } from '../small-body.ts'
import { type Cell, withoutSlowStarters } from './cell.ts'
import { closedWorkload } from './closed-workload.ts'
import { packedPictures } from './packed-picture.ts'

interface Shape {
  readonly codec: 'json' | 'msgpack'
  readonly stages: 1 | 3
  readonly batch: 1 | 32
}

const bodies = {
  json: { name: 'JSON 100 B', body: smallBody, contentType: 'application/json' },
  msgpack: packedPictures,
} as const

const shapes: readonly Shape[] = (['json', 'msgpack'] as const).flatMap((codec) =>
  ([1, 3] as const).flatMap((stages) => ([1, 32] as const).map((batch) => ({ codec, stages, batch }))),
)

export const echo = closedWorkload({
  id: 'W1',
  title: 'echo',
  cells: (isQuick) =>
    isQuick
      ? cellsOf({ codec: 'json', stages: 1, batch: 32 }, [64]).map(withoutSlowStarters)
      : shapes.flatMap((shape) => cellsOf(shape, [1, 16, 64, 512])),
  wishes: [
    { figure: 'requestsPerSecond', over: 'mosec', atLeast: 2 },
    { figure: 'cpuUsPerRequest', over: 'mosec', atMost: 0.5 },
    { figure: 'cpuUsPerRequest', over: 'floor', atMost: 1.3, server: 'ours, inline' },
    { figure: 'cpuUsPerRequest', over: 'floor', atMost: 1.6, server: 'ours', cell: 'batch 32' },
  ],
  drawn: 'cpuUsPerRequest',
  // On a busy machine CPU a request of three stages falls for six seconds in processes and for ten in threads; large
  // bodies are few a second, so that their code is hot as late.
  warmUpSeconds: (isQuick) => (isQuick ? 3 : 10),
  // 36 servers a round, each with four loads: eleven minutes.
  amount: (isQuick) => (isQuick ? { rounds: 1, seconds: 1 } : { rounds: 4, seconds: 1 }),
})

function cellsOf(shape: Shape, connections: readonly number[]): Cell[] {
  const { name, ...load } = bodies[shape.codec]
  const stages = shape.stages === 1 ? '1 stage' : `${shape.stages} stages`
  return connections.map((count) => ({
    name: `${name}, ${stages}, batch ${shape.batch}, c = ${count}`,
    load: { ...load, connections: count },
    peers: peersOf(shape),
  }))
}

/** Mosec has the stages, batches and codec of ours; LitServe's and BentoML's services have one stage, here in JSON. */
function peersOf({ codec, stages, batch }: Shape): (Peer | undefined)[] {
  const env = { CODEC: codec, STAGES: String(stages), BATCH: String(batch) }
  return [
    ours('echo', env),
    ...['thread', 'inline'].map((ISOLATION) => ours('echo', { ...env, ISOLATION }, `ours, ${ISOLATION}`)),
    floor(),
    mosec('echo', env),
    ...(codec === 'json' && stages === 1 ? [litserve('echo', env), bentoml('echo', env)] : []),
    handmade('echo'),
  ]
}
