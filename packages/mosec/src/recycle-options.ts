/** When a replica is replaced by a fresh one: what the user may say, checked. */

import { ConfigurationError, reportProblem } from '@mosec/core'

/**
 * A replica that has reached any of these is replaced: a successor is started and takes its place once it is ready, and
 * only then the old one is given no more work, finishes what it holds and ends. No request fails on that account.
 */
export interface RecycleOptions {
  /** After it was given so many batches, at least 1. */
  readonly maxBatches?: number
  /** So long after it was ready, in milliseconds; up to a tenth earlier, so that replicas do not all go at once. */
  readonly maxAgeMs?: number
  /** Once its process takes so many bytes of memory; for processes on Linux only. */
  readonly maxRssBytes?: number
  /** Once it reports one of these gauges at that value or above: `{ leaked_tensors: 1000 }`. */
  readonly maxGauges?: Readonly<Record<string, number>>
}

/** All limits; `Infinity`, or no gauges, for those that were not set. */
export type RecycleLimits = Required<RecycleOptions>

type NumberLimit = Exclude<keyof RecycleOptions, 'maxGauges'>

const allowed: Readonly<Record<NumberLimit, { readonly most: number; readonly what: string }>> = {
  maxBatches: { most: Number.MAX_SAFE_INTEGER, what: 'an integer of at least 1' },
  // Timers of Node overflow above it: 24 days.
  maxAgeMs: { most: 2 ** 31 - 1, what: 'a number of milliseconds from 1 to 2147483647' },
  maxRssBytes: { most: Number.MAX_SAFE_INTEGER, what: 'a number of bytes of at least 1' },
}

const names: readonly string[] = [...Object.keys(allowed), 'maxGauges']

/**
 * @param isShared the replicas are in the server's process.
 * @throws ConfigurationError naming the option, what it takes and what came.
 */
export function resolveRecycle(
  options: RecycleOptions | undefined,
  isShared: boolean,
): RecycleLimits | undefined {
  if (options === undefined) return undefined
  refuseUnknown(options)
  if (isShared && options.maxRssBytes !== undefined) {
    throw new ConfigurationError(
      "stage option recycle.maxRssBytes needs isolation 'process': elsewhere a replica's memory is that of the whole server",
    )
  }
  const limits = {
    maxGauges: checkedGauges(options.maxGauges ?? {}),
    maxBatches: limitOf('maxBatches', options),
    maxAgeMs: limitOf('maxAgeMs', options),
    maxRssBytes: limitOf('maxRssBytes', options),
  }
  if (Object.values({ ...limits, ...limits.maxGauges }).some(Number.isFinite)) return limits
  throw new ConfigurationError(`stage option recycle takes at least one of ${names.join(', ')}`)
}

function refuseUnknown(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError(
      `stage option recycle takes an object with ${names.join(', ')}, got ${JSON.stringify(options)}`,
    )
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new ConfigurationError(`"${unknown}" is no option of recycle; there are ${names.join(', ')}`)
}

function checkedGauges(gauges: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const isRight = typeof gauges === 'object' && gauges !== null && reportProblem({ gauges }) === undefined
  if (isRight) return gauges
  throw new ConfigurationError(
    `stage option recycle.maxGauges takes numbers by the name of a gauge, got ${JSON.stringify(gauges)}`,
  )
}

function limitOf(name: NumberLimit, options: RecycleOptions): number {
  const value = options[name]
  if (value === undefined) return Number.POSITIVE_INFINITY
  const { most, what } = allowed[name]
  const isAllowed = name === 'maxBatches' ? Number.isInteger(value) : Number.isFinite(value)
  if (isAllowed && value >= 1 && value <= most) return value
  throw new ConfigurationError(`stage option recycle.${name} takes ${what}, got ${JSON.stringify(value)}`)
}
