/** The Python environments that tests run in: `packages/python/make-venvs.sh` makes them. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An interpreter that has Mosec. */
export interface Python {
  /** Which Mosec it has: the oldest that we work with, or the newest there is. */
  readonly name: 'oldest' | 'newest'
  readonly path: string
}

const folder = process.env['TEST_PYTHONS'] ?? fileURLToPath(new URL('../../../python/.venv', import.meta.url))

/** Both, whether they are there or not: a suite for each of none would be no suite, which is a failure. */
export const pythons: readonly Python[] = (['oldest', 'newest'] as const).map((name) => ({
  name,
  path: join(folder, name, 'bin/python'),
}))

/** Why tests are left out; undefined when they are not. */
export const noPython = pythons.every(({ name }) => existsSync(join(folder, name, 'complete')))
  ? undefined
  : 'no Python with Mosec: packages/python/make-venvs.sh makes it, from PyPI'

if (noPython !== undefined) console.log(`left out: ${noPython}`)
