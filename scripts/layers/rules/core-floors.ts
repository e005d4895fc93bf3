/** The floors inside core: imports only point down, and nothing that ships imports `testing`. */

import type { SourceFile } from '../source-file.ts'
import { targetOf } from '../specifier.ts'
import type { Rule, Violation } from '../violation.ts'

const SOURCES = 'packages/core/src/'
/** From the top down. */
const FLOORS = ['runtime', 'scheduler', 'pipeline', 'stage', 'batch', 'queue', 'memory', 'contract']
const TESTING = 'testing'
const RULE = `floors of core: ${FLOORS.join(' -> ')}, imports only point down`

/** Tests may import `testing`; for the rest they live on their floor. */
export const coreFloors: Rule = (member) =>
  member.kind === 'core' ? member.files.flatMap((file) => [...homeless(file), ...climbs(file)]) : []

/** `index.ts` and whatever else lies at the top of `src` sees everything. */
function floorOf(path: string): string {
  const parts = path.slice(SOURCES.length).split('/')
  return parts.length > 1 ? (parts[0] ?? '') : ''
}

function homeless(file: SourceFile): Violation[] {
  if (!file.path.startsWith(SOURCES)) return []
  const floor = floorOf(file.path)
  if (floor === '' || floor === TESTING || FLOORS.includes(floor)) return []
  return [{ path: file.path, line: 1, what: `is on no floor (${floor})`, rule: RULE }]
}

function climbs(file: SourceFile): Violation[] {
  if (!file.path.startsWith(SOURCES)) return []
  return file.imports.flatMap(({ specifier, line }) => {
    const target = targetOf(specifier, file.path)
    if (target.kind !== 'file' || !target.path.startsWith(SOURCES)) return []
    const rule = brokenRule(file, floorOf(target.path))
    return rule === undefined ? [] : [{ path: file.path, line, what: `imports ${specifier}`, rule }]
  })
}

function brokenRule(file: SourceFile, to: string): string | undefined {
  const from = floorOf(file.path)
  if (from === TESTING) return undefined
  if (to === TESTING) return file.isTest ? undefined : 'only tests import testing'
  if (from === '') return undefined
  return FLOORS.indexOf(to) < FLOORS.indexOf(from) ? RULE : undefined
}
