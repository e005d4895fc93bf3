/** W1 and W2 with one worker in Python: the same file behind Mosec and behind us. */

import type { Body } from '../load/load.ts'
import { mosec, pythonStages } from '../peers/peers.ts'
import type { Wish } from '../report/wish.ts'
import { smallBody } from '../small-body.ts'
import type { Cell } from './cell.ts'
import { closedWorkload } from './closed-workload.ts'
import { packedPictures } from './packed-picture.ts'

/** One server, as it is told by its environment, and the connections that it gets. */
interface Shape {
  readonly server: 'echo' | 'sleep'
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly load: { readonly body: Body; readonly contentType: string }
  readonly connections: readonly number[]
}

const json = {
  name: 'JSON 100 B',
  mixin: 'json',
  body: smallBody as Body,
  contentType: 'application/json',
}
const msgpack: typeof json = { ...packedPictures, mixin: 'msgpack' }

const wishes: readonly Wish[] = [
  { figure: 'requestsPerSecond', over: 'mosec', atLeast: 1 },
  // Mosec's lone client waits 10 ms for a batch to fill.
  { figure: 'p50Ms', over: 'mosec', atMost: 0.5, cell: 'batch 32, c = 1' },
]

const echo = closedWorkload({
  id: 'W1-python',
  title: 'echo: one Python worker behind Mosec and behind us',
  cells: (isQuick) =>
    (isQuick ? [echoShape({ codec: json, stages: 1, batch: 32 }, [1, 64])] : echoShapes()).flatMap(cellsOf),
  wishes,
  leftOutOfQuick: 'the two that compare Python workers',
  // The server's process goes on being compiled for ten seconds, as in W1.
  warmUpSeconds: (isQuick) => (isQuick ? 3 : 10),
  // 16 servers a round, each with four loads: five minutes.
  amount: (isQuick) => (isQuick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 1 }),
})

const sleep = closedWorkload({
  id: 'W2-python',
  title: 'a model of 5 ms + 0.5 ms * n: one Python worker behind Mosec and behind us',
  cells: (isQuick) =>
    cellsOf({
      server: 'sleep',
      name: 'batch 32',
      env: {},
      load: { body: json.body, contentType: json.contentType },
      connections: isQuick ? [1, 256] : [1, 8, 64, 256],
    }),
  wishes,
  leftOutOfQuick: 'the two that compare Python workers',
  warmUpSeconds: () => 3,
  // Four minutes.
  amount: (isQuick) => (isQuick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 3 }),
})

function echoShapes(): Shape[] {
  return [json, msgpack].flatMap((codec) =>
    [1, 3].flatMap((stages) => [1, 32].map((batch) => echoShape({ codec, stages, batch }, [1, 16, 64, 512]))),
  )
}

interface EchoKind {
  readonly codec: typeof json
  readonly stages: number
  readonly batch: number
}

function echoShape({ codec, stages, batch }: EchoKind, connections: readonly number[]): Shape {
  const { name, mixin, ...load } = codec
  return {
    server: 'echo',
    name: `${name}, ${stages === 1 ? '1 stage' : `${stages} stages`}, batch ${batch}`,
    env: { CODEC: mixin, STAGES: String(stages), BATCH: String(batch) },
    load,
    connections,
  }
}

/** Mosec waits as it does by default, we as we do. */
function cellsOf({ server, name, env, load, connections }: Shape): Cell[] {
  const peers = [pythonStages(server, { ...env, WAIT_MS: '0' }), mosec(server, { ...env, WAIT_MS: '10' })]
  return connections.map((count) => ({
    name: `${name}, c = ${count}`,
    load: { ...load, connections: count },
    peers,
  }))
}

export const pythonWorkers = [echo, sleep] as const
