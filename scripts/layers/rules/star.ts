/** The star: a library package knows `@mosec/core` and nothing else of ours; core knows nobody. */

import { targetOf } from '../specifier.ts'
import type { Rule, Violation } from '../violation.ts'
import type { Member, Workspace } from '../workspace.ts'

const LIBRARY = 'a library package may import @mosec/core only'
const CORE = '@mosec/core depends on nothing'

/** Holds for tests and development too: a library that needs a sibling to be tested is not alone. */
export const star: Rule = (member, workspace) => {
  if (member.kind === 'composition') return []
  return [...declaredEdges(member, workspace), ...importedEdges(member, workspace)]
}

function declaredEdges(member: Member, workspace: Workspace): Violation[] {
  const { manifest } = member
  const shipped = [...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies]
  const forbidden = [...shipped, ...manifest.devDependencies].filter(
    (name) => isForbidden(member, workspace, name) || (member.kind === 'core' && shipped.includes(name)),
  )
  return forbidden.map((name) => ({
    path: `${member.folder}/package.json`,
    line: manifest.lines.get(name) ?? 1,
    what: `declares ${name}`,
    rule: ruleOf(member),
  }))
}

function importedEdges(member: Member, workspace: Workspace): Violation[] {
  return member.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const target = targetOf(specifier, file.path)
      if (target.kind !== 'package') return []
      const isForeign = member.kind === 'core' && !file.isTest && target.name !== member.manifest.name
      if (!isForeign && !isForbidden(member, workspace, target.name)) return []
      return [{ path: file.path, line, what: `imports ${specifier}`, rule: ruleOf(member) }]
    }),
  )
}

function isForbidden(member: Member, workspace: Workspace, name: string): boolean {
  if (name === '@mosec/core' || name === member.manifest.name) return false
  return name.startsWith('@mosec/') || workspace.members.some((other) => other.manifest.name === name)
}

function ruleOf(member: Member): string {
  return member.kind === 'core' ? CORE : LIBRARY
}
