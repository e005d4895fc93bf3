/** How much memory a process takes, from Linux's /proc. */

import { readFileSync } from 'node:fs'

/** Resident set size in bytes, proc_pid_status(5); undefined where there is no /proc, or no such process any more. */
export function residentBytes(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}
