/** When a replica is replaced by a fresh one: what the user may say, checked. */

import { ConfigurationError } from '@mosec/core'

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
}

/** All limits; `Infinity` for those that were not set. */
export type RecycleLimits = Required<RecycleOptions>

const allowed: Readonly<Record<keyof RecycleOptions, { readonly most: number; readonly what: string }>> = {
  maxBatches: { most: Number.MAX_SAFE_INTEGER, what: 'an integer of at least 1' },
  // Timers of Node overflow above it: 24 days.
  maxAgeMs: { most: 2 ** 31 - 1, what: 'a number of milliseconds from 1 to 2147483647' },
  maxRssBytes: { most: Number.MAX_SAFE_INTEGER, what: 'a number of bytes of at least 1' },
}

/** @throws ConfigurationError naming the option, what it takes and what came. */
export function resolveRecycle(
  options: RecycleOptions | undefined,
  isThread: boolean,
): RecycleLimits | undefined {
  if (options === undefined) return undefined
  refuseUnknown(options)
  if (isThread && options.maxRssBytes !== undefined) {
    throw new ConfigurationError(
      "stage option recycle.maxRssBytes needs isolation 'process': the memory of a thread is that of the whole server",
    )
  }
  const limits = {
    maxBatches: limitOf('maxBatches', options),
    maxAgeMs: limitOf('maxAgeMs', options),
    maxRssBytes: limitOf('maxRssBytes', options),
  }
  if (Object.values(limits).some(Number.isFinite)) return limits
  throw new ConfigurationError(
    `stage option recycle takes at least one of ${Object.keys(allowed).join(', ')}`,
  )
}

function refuseUnknown(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError(
      `stage option recycle takes an object with ${Object.keys(allowed).join(', ')}, got ${JSON.stringify(options)}`,
    )
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(allowed, name))
  if (unknown === undefined) return
  throw new ConfigurationError(
    `"${unknown}" is no option of recycle; there are ${Object.keys(allowed).join(', ')}`,
  )
}

function limitOf(name: keyof RecycleOptions, options: RecycleOptions): number {
  const value = options[name]
  if (value === undefined) return Number.POSITIVE_INFINITY
  const { most, what } = allowed[name]
  const isAllowed = name === 'maxBatches' ? Number.isInteger(value) : Number.isFinite(value)
  if (isAllowed && value >= 1 && value <= most) return value
  throw new ConfigurationError(`stage option recycle.${name} takes ${what}, got ${JSON.stringify(value)}`)
}
