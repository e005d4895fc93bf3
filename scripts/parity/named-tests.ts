/** Whether the tests that documents name are there. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasTest, type NamedTest } from './parity-table.ts'

/** The repository. */
export const root: string = join(import.meta.dirname, '..', '..')

/** The file has a test of that title. */
export function isThere({ file, title }: NamedTest): boolean {
  const path = join(root, file)
  return existsSync(path) && hasTest(readFileSync(path, 'utf8'), title)
}
