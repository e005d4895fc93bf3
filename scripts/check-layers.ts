/** `pnpm check:layers`: names every edge that breaks the star, and ends with code 1 when there is one. */

import { join } from 'node:path'
import { checkWorkspace } from './layers/check-workspace.ts'
import { formatViolation } from './layers/violation.ts'
import { readWorkspace } from './layers/workspace.ts'

const workspace = readWorkspace(process.argv[2] ?? join(import.meta.dirname, '..'))
const violations = checkWorkspace(workspace)
for (const violation of violations) console.error(formatViolation(violation))
if (violations.length > 0) {
  console.error(`${violations.length} import(s) break the layers of docs/architecture.md`)
  process.exitCode = 1
} else {
  const files = workspace.members.reduce((sum, member) => sum + member.files.length, 0)
  console.log(`layers: ${workspace.members.length} members, ${files} files, all imports in order`)
}
