/** What grows in W9, one thing at a time, and from where on the cost of a request is to stay as it is. */

/** One place on an axis. */
export interface Place {
  readonly connections: number
  readonly replicas: number
  readonly routes: number
}

/** A name for it. */
export const keyOf = ({ connections, replicas, routes }: Place): string =>
  `c = ${connections}, ${replicas} replica(s), ${routes} route(s)`

/** One thing that grows. */
export interface Axis {
  readonly name: string
  readonly sizes: readonly number[]
  /** Costs are held against the one here. */
  readonly reference: number
  readonly at: (size: number) => Place
}

const usual: Place = { connections: 64, replicas: 1, routes: 1 }

/**
 * Below 16 connections there is next to nothing to batch: each request pays for a wake-up of both processes by itself. That
 * is shown, but is no growth. All replicas have something to do at 256 connections.
 */
export const axes = (isQuick: boolean): readonly Axis[] => [
  {
    name: 'connections',
    sizes: isQuick ? [1, 64, 1024] : [1, 4, 16, 64, 256, 1024, 4096],
    reference: isQuick ? 64 : 16,
    at: (connections) => ({ ...usual, connections }),
  },
  {
    name: 'replicas',
    sizes: isQuick ? [1, 16] : [1, 2, 4, 8, 16],
    reference: 1,
    at: (replicas) => ({ ...usual, connections: 256, replicas }),
  },
  {
    name: 'routes',
    sizes: isQuick ? [1, 200] : [1, 10, 50, 200],
    reference: 1,
    at: (routes) => ({ ...usual, routes }),
  },
]

/** Tasks that wait in the scheduler alone, without HTTP and replicas. */
export const depths = (isQuick: boolean): readonly number[] =>
  isQuick ? [64, 10_000] : [1, 64, 1_000, 10_000, 100_000]
/** Whose cost others are held against. */
export const REFERENCE_DEPTH = 64
