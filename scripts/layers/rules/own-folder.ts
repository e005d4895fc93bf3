/** A relative import stays inside its package. */

import { targetOf } from '../specifier.ts'
import type { Rule } from '../violation.ts'

const RULE = "an import must not reach into another package's files; use the package's name"

/** Also catches absolute paths. */
export const ownFolder: Rule = (member) =>
  member.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const target = targetOf(specifier, file.path)
      if (target.kind !== 'file' || target.path.startsWith(`${member.folder}/`)) return []
      return [{ path: file.path, line, what: `imports ${specifier} (${target.path})`, rule: RULE }]
    }),
  )
