/** Whatever is imported is declared by the importer, so that it is there when the package is installed alone. */

import type { SourceFile } from '../source-file.ts'
import { targetOf } from '../specifier.ts'
import type { Rule } from '../violation.ts'
import type { Member, Workspace } from '../workspace.ts'

/** What ships needs a dependency; tests may use development dependencies, the root's among them. */
export const declared: Rule = (member, workspace) =>
  member.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const target = targetOf(specifier, file.path)
      if (target.kind !== 'package' || isDeclared(member, workspace, file, target.name)) return []
      const sections = file.isTest ? 'its package.json' : 'the dependencies of its package.json'
      return [
        { path: file.path, line, what: `imports ${specifier}`, rule: `${target.name} is not in ${sections}` },
      ]
    }),
  )

function isDeclared({ manifest }: Member, workspace: Workspace, file: SourceFile, name: string): boolean {
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest
  if (name === manifest.name) return true
  if (dependencies.has(name) || peerDependencies.has(name) || optionalDependencies.has(name)) return true
  return file.isTest && (devDependencies.has(name) || workspace.rootDevDependencies.has(name))
}
