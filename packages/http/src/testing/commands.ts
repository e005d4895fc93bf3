/** Programs of the system that some tests talk to. */

import { spawnSync } from 'node:child_process'

/** Prints why a test is skipped when the program is not there. */
export function hasCommand(name: string): boolean {
  const isThere = spawnSync(name, ['--version']).status === 0
  if (!isThere) console.warn(`skipped: ${name} is not installed`)
  return isThere
}
