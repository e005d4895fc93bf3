/** What was wanted, what was measured, and whether that is enough. */

import { markdownTable } from './markdown-table.ts'

/** One wish and its figure. */
export interface Finding {
  readonly what: string
  readonly wanted: string
  readonly measured: string
  readonly isMet: boolean
}

/** As a table. */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, wanted, measured, isMet }) => [
    what,
    wanted,
    measured,
    isMet ? 'met' : 'NOT met',
  ])
  return markdownTable(['measure', 'wanted', 'measured', ''], rows)
}
