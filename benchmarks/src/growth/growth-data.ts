/** What W9 measured. */

/** CPU of a request in microseconds. */
export interface PlaceCost {
  /** Of all processes. */
  readonly cpuUs: number
  /** Of the server's own process. */
  readonly ingressUs: number
  readonly failures: number
}

/** Of all places, by the key of each. */
export interface GrowthData {
  /** Then there are fewer places, and another reference. */
  readonly isQuick: boolean
  readonly medians: readonly (readonly [key: string, median: PlaceCost])[]
  /** Of the scheduler alone, in microseconds. */
  readonly depths: readonly (readonly [waiting: number, cpuUs: number])[]
  readonly rounds: readonly (readonly [key: string, rounds: readonly PlaceCost[]])[]
}
