/** The most memory that the processes of a server have held. */

import { readFileSync } from 'node:fs'
import { descendantIds } from '../process-tree.ts'

/** VmHWM of proc(5), summed over a process and all its descendants that still run, in bytes. */
export function peakBytes(root: number): number {
  return [root, ...descendantIds(root)].reduce((sum, pid) => sum + peakBytesOf(pid), 0)
}

function peakBytesOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
