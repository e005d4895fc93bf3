/** CPU and memory of a server: of all its processes together, from /proc. */

import { readdirSync, readFileSync } from 'node:fs'

/** Kernel ticks per second; 100 on every Linux that Node runs on (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
}

/** CPU time of a process and all its descendants, in microseconds. */
export function cpuMicroseconds(root: number): number {
  const ticks = descendants(root).reduce((sum, stat) => sum + stat.ticks, 0)
  return (ticks / TICKS_PER_SECOND) * 1e6
}

function descendants(root: number): Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? [])
  const found = all.filter(({ pid }) => pid === root)
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid))
  return found
}

/** Fields 4, 14 and 15 of /proc/<pid>/stat, proc(5). */
function readStat(pid: number): Stat | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
