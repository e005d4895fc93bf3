/** What was wanted, what was measured, and whether that is enough. */

import { markdownTable } from './markdown-table.ts'

/** One wish and its figure. */
export interface Finding {
  readonly what: string
  readonly wanted: string
  readonly measured: string
  /** Undefined where it could not be measured: a peer that is not here. */
  readonly isMet: boolean | undefined
}

/** As a table. */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, wanted, measured, isMet }) => [what, wanted, measured, metText(isMet)])
  return markdownTable(['measure', 'wanted', 'measured', ''], rows)
}

/** `met`, `NOT met` or `not measured`. */
export function metText(isMet: boolean | undefined): string {
  if (isMet === undefined) return 'not measured'
  return isMet ? 'met' : 'NOT met'
}
