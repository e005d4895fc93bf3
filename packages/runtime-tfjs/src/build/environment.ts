/** What the builder takes from the environment; the program that calls it says where from. */

import { homedir } from 'node:os'
import { join } from 'node:path'

/** `process.env`, or the parts of it that count here. */
export interface BuildEnvironment {
  /** The C++ compiler to take first. */
  readonly CXX?: string | undefined
  /** An active virtual environment of Python. */
  readonly VIRTUAL_ENV?: string | undefined
  /** Where caches lie. */
  readonly XDG_CACHE_HOME?: string | undefined
}

/** `$XDG_CACHE_HOME/mosec`, or `~/.cache/mosec`. */
export const defaultCacheFolder = ({ XDG_CACHE_HOME: caches }: BuildEnvironment): string =>
  join(caches || join(homedir(), '.cache'), 'mosec')
