/** Two cells of an invented workload, for the tests of what is made of results. */

import type { Figure, Result } from './result.ts'
import type { Wish } from './wish.ts'

export const exampleFigures: readonly Figure[] = [
  { key: 'perSecond', title: 'req/s', digits: 0 },
  { key: 'p50Ms', title: 'p50 ms', digits: 1 },
]

export const exampleWishes: readonly Wish[] = [
  { figure: 'perSecond', over: 'mosec', atLeast: 2 },
  { figure: 'p50Ms', cell: 'c = 1', server: 'ours', atMost: 6.5 },
]

const result = (cell: string, server: string, perSecond: number, p50Ms: number): Result => ({
  cell,
  server,
  isOurs: server.startsWith('ours'),
  figures: { perSecond, p50Ms },
  failures: 0,
  rounds: [],
})

/** Ours is twice as fast alone, and not so when it is busy. */
export const exampleResults: readonly Result[] = [
  result('JSON, c = 1', 'ours', 170, 5.8),
  result('JSON, c = 1', 'ours, thread', 200, 7.4),
  result('JSON, c = 1', 'mosec', 60, 17.5),
  result('JSON, c = 64', 'ours', 1500, 40),
  result('JSON, c = 64', 'mosec', 1000, 60),
]
