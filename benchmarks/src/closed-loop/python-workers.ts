/** W1 and W2 with one worker in Python: the same file behind Mosec and behind us. */

import { mosec, pythonStages } from '../peers/peers.ts'
import { smallBody } from '../small-body.ts'
import type { Workload } from '../workload.ts'
import type { Cell } from './cell.ts'
import { closedWorkload } from './closed-workload.ts'

const echoShapes = [
  { STAGES: '1', BATCH: '1' },
  { STAGES: '1', BATCH: '32' },
  { STAGES: '3', BATCH: '32' },
]

const echo = closedWorkload({
  id: 'W1-python',
  title: 'echo, JSON 100 B: one Python worker behind Mosec and behind us',
  cells: (isQuick) =>
    (isQuick ? echoShapes.slice(1, 2) : echoShapes).flatMap((env) => {
      const name = `${env.STAGES} stage(s), batch ${env.BATCH}`
      return cellsOf('echo', env, { name, connections: isQuick ? [1, 64] : [1, 16, 64, 512] })
    }),
  wishes: [],
  leftOutOfQuick: 'the two that compare Python workers',
})

const sleep = closedWorkload({
  id: 'W2-python',
  title: 'a model of 5 ms + 0.5 ms * n, batch 32: one Python worker behind Mosec and behind us',
  cells: (isQuick) =>
    cellsOf('sleep', {}, { name: 'batch 32', connections: isQuick ? [1, 256] : [1, 8, 64, 256] }),
  wishes: [],
  leftOutOfQuick: 'the two that compare Python workers',
})

/** Mosec waits as it does by default, we as we do. */
function cellsOf(
  server: 'echo' | 'sleep',
  env: Readonly<Record<string, string>>,
  { name, connections }: { readonly name: string; readonly connections: readonly number[] },
): Cell[] {
  const peers = [pythonStages(server, { ...env, WAIT_MS: '0' }), mosec(server, { ...env, WAIT_MS: '10' })]
  return connections.map((count) => ({
    name: `${name}, c = ${count}`,
    load: { connections: count, body: smallBody, contentType: 'application/json' },
    peers,
  }))
}

export const pythonWorkers: readonly Workload[] = [echo, sleep]
