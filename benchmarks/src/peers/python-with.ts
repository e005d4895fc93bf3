/** Python environments of the peers from PyPI, made when they are missing. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Each has its own, since they want different versions of the same packages. */
const folders = { mosec: '.venv', litserve: '.venv-litserve', bentoml: '.venv-bentoml' }

/** What pip is told, for each. Mosec's msgpack mixin wants a package that it does not bring. */
const packages = { mosec: ['mosec', 'msgpack'], litserve: ['litserve'], bentoml: ['bentoml'] }

/** Faster than to import them. */
const installedCheck = 'import sys, importlib.metadata as all; [all.version(name) for name in sys.argv[1:]]'

const results = new Map<string, string | undefined>()

/**
 * The interpreter of an environment that has the package; undefined, with the reason printed once, when it cannot be had.
 * @param peer the name to print.
 */
export function pythonWith(
  packageName: keyof typeof packages,
  peer: string = packageName,
): string | undefined {
  const folder = fileURLToPath(new URL(`../../${folders[packageName]}`, import.meta.url))
  const python = `${folder}/bin/python`
  if (!results.has(peer)) {
    const reason = makeEnvironment(folder, packages[packageName])
    results.set(peer, reason)
    if (reason !== undefined) process.stderr.write(`${peer} is left out: ${reason}\n`)
  }
  return results.get(peer) === undefined ? python : undefined
}

/** Why there is no such environment; undefined when there is one. */
function makeEnvironment(folder: string, names: readonly string[]): string | undefined {
  const python = `${folder}/bin/python`
  if (!existsSync(python)) {
    const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' })
    if (made.status !== 0) return made.error?.message ?? made.stderr
  }
  if (spawnSync(python, ['-c', installedCheck, ...names]).status === 0) return undefined
  const installed = spawnSync(python, ['-m', 'pip', 'install', '--quiet', ...names], { encoding: 'utf8' })
  return installed.status === 0 ? undefined : (installed.stderr.trim().split('\n').at(-1) ?? 'pip failed')
}
