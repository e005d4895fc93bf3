/** Flags, environment, signals and the console belong to the program, not to a library. */

import type { SourceFile } from '../source-file.ts'
import { targetOf } from '../specifier.ts'
import type { Rule, Violation } from '../violation.ts'

/** The program that a replica's process runs: it has an environment and signals of its own. */
const REPLICA_PROGRAM = 'packages/worker/src/child/run-replica-process.ts'

const RULE = 'flags, environment, signals and console only in mosec, apps, examples and benchmarks'
const SURROUNDINGS = /^(console(\.|$)|process\.(exit|argv|env|stdout|stderr)(\.|$)|process\.\w+ SIG)/

/** Their members could come in under any name; the globals are enough. */
const MODULES = new Set(['process', 'console'])

/** Tests and benchmarks aside. */
export const surroundings: Rule = (member) =>
  member.kind === 'composition'
    ? []
    : member.files.filter(isLibraryCode).flatMap((file) => [...moduleImports(file), ...touches(file)])

function isLibraryCode(file: SourceFile): boolean {
  return !file.isTest && file.path !== REPLICA_PROGRAM
}

function moduleImports(file: SourceFile): Violation[] {
  return file.imports.flatMap(({ specifier, line }) => {
    const target = targetOf(specifier, file.path)
    if (target.kind !== 'builtin' || !MODULES.has(target.name)) return []
    return [{ path: file.path, line, what: `imports ${specifier}`, rule: RULE }]
  })
}

function touches(file: SourceFile): Violation[] {
  const seen = new Set<number>()
  return file.globals.flatMap(({ name, line }) => {
    if (!SURROUNDINGS.test(name) || seen.has(line)) return []
    seen.add(line)
    return [{ path: file.path, line, what: `uses ${name}`, rule: RULE }]
  })
}
