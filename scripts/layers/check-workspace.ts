/** All the rules of the house, over a whole workspace. */

import { coreFloors } from './rules/core-floors.ts'
import { corePurity } from './rules/core-purity.ts'
import { declared } from './rules/declared.ts'
import { ownFolder } from './rules/own-folder.ts'
import { star } from './rules/star.ts'
import { surroundings } from './rules/surroundings.ts'
import type { Rule, Violation } from './violation.ts'
import type { Workspace } from './workspace.ts'

const RULES: readonly Rule[] = [star, corePurity, coreFloors, ownFolder, declared, surroundings]

/** Every violation, by member, then by rule. */
export function checkWorkspace(workspace: Workspace): Violation[] {
  return workspace.members.flatMap((member) => RULES.flatMap((rule) => rule(member, workspace)))
}
