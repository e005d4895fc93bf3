/** One thing that breaks the house's rules, with the place and the rule in words. */

import type { Member, Workspace } from './workspace.ts'

/** An edge that must not be. */
export interface Violation {
  /** From the workspace's root, with `/`. */
  readonly path: string
  /** From 1. */
  readonly line: number
  /** What is done there, in the third person: `imports @mosec/worker`. */
  readonly what: string
  /** The rule that it breaks. */
  readonly rule: string
}

/** Finds what one member does against one rule. */
export type Rule = (member: Member, workspace: Workspace) => Violation[]

/** `packages/ipc/src/x.ts:12 imports @mosec/worker: a library package may import @mosec/core only` */
export function formatViolation({ path, line, what, rule }: Violation): string {
  return `${path}:${line} ${what}: ${rule}`
}
