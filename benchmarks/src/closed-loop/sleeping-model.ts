/** W2 under closed loops: what a lone client waits, and how near to its capacity the model comes. */

import { bentoml, handmade, litserve, mosec, ours } from '../peers/peers.ts'
import { CAPACITY_PER_SECOND } from '../sleep-capacity.ts'
import { smallBody } from '../small-body.ts'
import { type Cell, withoutSlowStarters } from './cell.ts'
import { closedWorkload } from './closed-workload.ts'

const cellOf = (connections: number): Cell => ({
  name: `c = ${connections}`,
  load: { connections, body: smallBody, contentType: 'application/json' },
  peers: [
    ours('sleep'),
    mosec('sleep', { WAIT_MS: '10' }),
    litserve('sleep', { WAIT_MS: '10' }),
    bentoml('sleep'),
    handmade('sleep'),
  ],
})

export const sleepingModel = closedWorkload({
  id: 'W2',
  title: 'a model of 5 ms + 0.5 ms * n, batch 32',
  cells: (isQuick) => (isQuick ? [1, 256].map(cellOf).map(withoutSlowStarters) : [1, 8, 64, 256].map(cellOf)),
  wishes: [
    { figure: 'p50Ms', cell: 'c = 1', atMost: 6.5 },
    { figure: 'requestsPerSecond', cell: 'c = 256', atLeast: Math.ceil(0.97 * CAPACITY_PER_SECOND) },
  ],
  warmUpSeconds: (isQuick) => (isQuick ? 2 : 3),
  amount: (isQuick) => (isQuick ? { rounds: 1, seconds: 2 } : { rounds: 5, seconds: 5 }),
})
