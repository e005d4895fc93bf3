/** How many files, and so connections, a process may have open. */

import type { Finding } from '@mosec/core'
import type { Machine } from '../machine.ts'

/** One for each connection, and some 100 for the process itself and its replicas. */
const FEW = 4096

/** The limit of this process: Node raises the soft limit to the hard one when it starts. */
export function examineOpenFiles(machine: Machine): Finding {
  const subject = 'open files'
  const limits = machine.read('/proc/self/limits')
  const [, text = ''] = /^Max open files +(\S+)/m.exec(limits ?? '') ?? []
  if (text === '') return { subject, status: 'absent', summary: 'this system does not tell its limits' }
  const limit = text === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(text)
  const backlog = Number(machine.read('/proc/sys/net/core/somaxconn') ?? Number.NaN)
  const details = { openFiles: limit, somaxconn: Number.isNaN(backlog) ? null : backlog }
  const summary = `${text} per process, one for each connection`
  if (limit >= FEW) return { subject, status: 'ok', summary, details }
  return {
    subject,
    status: 'warning',
    summary,
    nextStep: 'ulimit -n 65536 (or LimitNOFILE of the unit)',
    details,
  }
}
