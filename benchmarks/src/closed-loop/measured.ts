/** What one round of a server under a load measured; CPU is that of all processes of the server. */

import type { Figure } from '../report/result.ts'

export type Measured = Readonly<
  Record<'requestsPerSecond' | 'cpuUsPerRequest' | 'p50Ms' | 'p99Ms' | 'failures', number>
>

/** Those that tables show. */
export const closedLoopFigures: readonly (Figure & { readonly key: keyof Measured })[] = [
  { key: 'requestsPerSecond', title: 'req/s', digits: 0 },
  { key: 'cpuUsPerRequest', title: 'CPU us/req', digits: 1 },
  { key: 'p50Ms', title: 'p50 ms', digits: 2 },
  { key: 'p99Ms', title: 'p99 ms', digits: 2 },
]
