/** Which processes there are, from /proc. */

import { readdirSync, readFileSync } from 'node:fs'

/** Ids of the direct children of a process that run now, without the guard of its replicas. */
export function childrenOf(pid: number): number[] {
  return allChildrenOf(pid).filter((child) => !isGuard(child))
}

/** The shell that ends what outlives its server; see `ReplicaGuard`. */
export function guardOf(pid: number): number | undefined {
  return allChildrenOf(pid).find(isGuard)
}

/** A process with this id runs (a zombie does not). */
export function isRunning(pid: number): boolean {
  return parentOf(pid) !== undefined
}

/** False when there is no such process any more. */
export function sendIfRunning(pid: number, signal: NodeJS.Signals): boolean {
  return isRunning(pid) && process.kill(pid, signal)
}

/** The command line of a process; empty for one that is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

const isGuard = (pid: number): boolean => / mosec-guard $/.test(commandOf(pid))

function allChildrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid)
    .map(Number)
}

/** Field 4 of /proc/<pid>/stat, proc(5); undefined for a process that is gone or a zombie. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return state === 'Z' ? undefined : Number(parent)
  } catch {
    return undefined
  }
}
