/** The Python environments that tests run in: `packages/python/make-venvs.sh` makes them. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An interpreter that has Mosec. */
export interface Python {
  /** Which Mosec it has: the oldest that we work with, or the newest there is. */
  readonly name: 'oldest' | 'newest'
  readonly path: string
}

const at = (name: Python['name']): Python => ({
  name,
  path: fileURLToPath(new URL(`../../../python/.venv/${name}/bin/python`, import.meta.url)),
})

/** Those that are there, complete. */
export const pythons: readonly Python[] = [at('oldest'), at('newest')].filter(({ path }) =>
  existsSync(join(dirname(path), '..', 'complete')),
)

/** Why tests are left out; undefined when they are not. */
export const noPython =
  pythons.length === 2 ? undefined : 'no Python with Mosec: packages/python/make-venvs.sh makes it, from PyPI'

if (noPython !== undefined) console.log(`left out: ${noPython}`)
