/** CPU, memory and open files of a server: of all its processes together, from /proc. */

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

/** CPU time of a process alone, in microseconds. */
export function ownCpuMicroseconds(pid: number): number {
  return ((readStat(pid)?.ticks ?? 0) / TICKS_PER_SECOND) * 1e6
}

/** Resident memory of a process and all its descendants, in bytes; pages that they share count for each. */
export function residentBytes(root: number): number {
  return descendants(root).reduce((sum, { pid }) => sum + residentBytesOf(pid), 0)
}

/** Open files and sockets of a process and all its descendants. */
export function openHandles(root: number): number {
  return descendants(root).reduce((sum, { pid }) => sum + handlesOf(pid), 0)
}

/** Ids of the direct children; not the shell that guards ours, which computes nothing. */
export function childIds(parent: number): number[] {
  const children = descendants(parent).flatMap((stat) => (stat.parent === parent ? stat.pid : []))
  return children.filter((pid) => !isGuard(pid))
}

function isGuard(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith('\0mosec-guard\0')
  } catch {
    return false
  }
}

/** Ids of all descendants, children first. */
export function descendantIds(root: number): number[] {
  return descendants(root).flatMap(({ pid }) => (pid === root ? [] : pid))
}

/** Id of the process that started it, or has taken it over; 0 for one that is gone. */
export function parentId(pid: number): number {
  return readStat(pid)?.parent ?? 0
}

/** A process with this id runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  return readStat(pid) !== undefined
}

function descendants(root: number): Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? [])
  const found = all.filter(({ pid }) => pid === root)
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid))
  return found
}

/** Field 2 of /proc/<pid>/statm, in pages of 4 KiB. */
function residentBytesOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

/** Fields 3, 4, 14 and 15 of /proc/<pid>/stat, proc(5); undefined for one that is gone or a zombie. */
function readStat(pid: number): Stat | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    if (fields[0] === 'Z') return undefined
    return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
