/** Which Python runs a stage. */

import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** Where the interpreter runs. */
export interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The one that is named, relative to `cwd` when it is a path; otherwise that of the virtual environment that is active,
 * then that in `.venv`, then the system's.
 */
export function interpreterOf(python: string | undefined, { cwd, env }: Surroundings): string {
  if (python !== undefined) return python.includes('/') && !isAbsolute(python) ? join(cwd, python) : python
  const active = env['VIRTUAL_ENV']
  const candidates = [...(active === undefined ? [] : [active]), join(cwd, '.venv')]
  return (
    candidates.map((folder) => join(folder, 'bin', 'python')).find((path) => existsSync(path)) ?? 'python3'
  )
}
