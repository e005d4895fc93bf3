/** The memory of one process, from /proc/<pid>/smaps_rollup. */

import { readFileSync } from 'node:fs'

/** In bytes. */
export interface Memory {
  /** Rss: all its pages that are in memory; those of Node's own program are the same for all processes. */
  readonly residentBytes: number
  /** Pss: pages that several processes have are divided among them. */
  readonly shareBytes: number
}

/** @throws Error when there is no such process. */
export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1])
  return { residentBytes: bytes('Rss'), shareBytes: bytes('Pss') }
}
