/** What the mixin may be told, and what it means when nothing is said. */

import { ConfigurationError } from '@mosec/core'

/** Options of `RedisIpcMixin`. */
export interface RedisIpcOptions {
  /** Where Redis is: `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string
  /** Values of at least so many bytes go through Redis, smaller ones directly; 64 KiB when left out. */
  readonly minBytes?: number
  /** How long Redis keeps a value, in milliseconds: a bit more than the service timeout. 5000 when left out. */
  readonly expiresMs?: number
  /** Longest wait for Redis, to connect or to answer, in milliseconds; 1000 when left out. */
  readonly timeoutMs?: number
  /** What the names of its keys begin with; `mosec:ipc:` when left out. */
  readonly keyPrefix?: string
}

/** Options with nothing left open. */
export type ResolvedRedisIpcOptions = Required<RedisIpcOptions>

/**
 * Fills in what was left out.
 * @throws ConfigurationError naming the option, what it takes and what came.
 */
export function resolveOptions(options: RedisIpcOptions): ResolvedRedisIpcOptions {
  return {
    url: checkedUrl(options.url),
    minBytes: atLeast(0, 'minBytes', options.minBytes ?? 64 * 1024),
    expiresMs: atLeast(1, 'expiresMs', options.expiresMs ?? 5_000),
    timeoutMs: atLeast(1, 'timeoutMs', options.timeoutMs ?? 1_000),
    keyPrefix: options.keyPrefix ?? 'mosec:ipc:',
  }
}

/** The url without its password, for messages. */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** What came is not told: it may hold a password. */
function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return url
  throw new ConfigurationError(
    'RedisIpcMixin: option url takes redis://host:port or rediss://host:port, got something else',
  )
}

function atLeast(least: number, option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new ConfigurationError(
    `RedisIpcMixin: option ${option} takes an integer of at least ${least}, got ${value}`,
  )
}
