/** At the end of a run: every wish of every workload in one table. */

import { type Finding, metText } from './findings.ts'
import { markdownTable } from './markdown-table.ts'

/** What one workload found. */
export interface WorkloadFindings {
  readonly id: string
  readonly findings: readonly Finding[]
}

/** A table, and a line that counts. */
export function summary(workloads: readonly WorkloadFindings[]): string {
  const all = workloads.flatMap(({ id, findings }) => findings.map((finding) => ({ id, ...finding })))
  if (all.length === 0) return 'no figure is wanted of these workloads'
  const rows = all.map(({ id, what, wanted, measured, isMet }) => [
    id,
    what,
    wanted,
    measured,
    metText(isMet),
  ])
  const met = all.filter(({ isMet }) => isMet === true).length
  const unknown = all.filter(({ isMet }) => isMet === undefined).length
  const rest = unknown === 0 ? '' : `, ${unknown} not measured`
  return `${markdownTable(['workload', 'measure', 'wanted', 'measured', ''], rows)}\n\nmet: ${met} of ${all.length}${rest}`
}
