/** Core does no HTTP, opens no socket, starts no process, and reads the time in one file. */

import type { SourceFile } from '../source-file.ts'
import { targetOf } from '../specifier.ts'
import type { Rule, Violation } from '../violation.ts'

const CLOCK_FILE = 'packages/core/src/contract/clock.ts'
/** The conformance suites wait for real transports, in real time. */
const TESTING = 'packages/core/src/testing/'

const OUTSIDE_WORLD = new Set([
  'child_process',
  'cluster',
  'dgram',
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'worker_threads',
])

const TIME_MODULES = new Set(['perf_hooks', 'timers', 'timers/promises'])

const TIME_GLOBALS = new Set([
  'Date.now',
  'new Date',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
  'process.hrtime.bigint',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'AbortSignal.timeout',
])

/** Tests aside: they may use what they need. */
export const corePurity: Rule = (member) =>
  member.kind === 'core' ? member.files.filter((file) => !file.isTest).flatMap(impurities) : []

function impurities(file: SourceFile): Violation[] {
  return [...outsideImports(file), ...timeUses(file)]
}

function outsideImports(file: SourceFile): Violation[] {
  return file.imports.flatMap(({ specifier, line }) => {
    const target = targetOf(specifier, file.path)
    if (target.kind !== 'builtin') return []
    const what = `imports ${specifier}`
    if (OUTSIDE_WORLD.has(target.name)) {
      return [{ path: file.path, line, what, rule: 'core has no HTTP, sockets, processes or threads' }]
    }
    return TIME_MODULES.has(target.name) ? [timeViolation(file, line, what)] : []
  })
}

function timeUses(file: SourceFile): Violation[] {
  if (file.path === CLOCK_FILE || file.path.startsWith(TESTING)) return []
  return file.globals
    .filter(({ name }) => TIME_GLOBALS.has(name))
    .map(({ name, line }) => timeViolation(file, line, `uses ${name}`))
}

function timeViolation(file: SourceFile, line: number, what: string): Violation {
  return { path: file.path, line, what, rule: 'core knows the time only through contract/clock.ts' }
}
