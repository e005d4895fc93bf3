/** What processes listen on, from /proc; see proc(5). */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A TCP port as `0.0.0.0:8000` in hex, or the path of a Unix socket. */
export function listeningOf(pids: readonly number[]): string[] {
  const inodes = new Set(pids.flatMap(socketsOf))
  const tcp = ['tcp', 'tcp6'].flatMap((table) => rows(table).filter((row) => row[3] === '0A'))
  const unix = rows('unix').filter((row) => row[3] === '00010000')
  return [
    ...tcp.filter((row) => inodes.has(row[9] ?? '')).map((row) => row[1] ?? ''),
    ...unix.filter((row) => inodes.has(row[6] ?? '')).map((row) => row[7] ?? 'unnamed'),
  ]
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
    } catch {
      // It was the one that the folder was read through.
      return []
    }
  })
}

const rows = (table: string): string[][] =>
  readFileSync(`/proc/net/${table}`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
