/** Is this Node new enough? */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pnpm.mjs'

/**
 * Compares versions number by number: the `engines.node` of package.json is a plain lower bound.
 * @param {string} version such as `20.20.2`
 * @param {string} range such as `>=20.19`
 * @returns {boolean}
 */
export function isNodeNewEnough(version, range) {
  const have = version.split('.').map(Number)
  const need = range
    .replace(/^>=\s*/, '')
    .split('.')
    .map(Number)
  for (const [index, part] of need.entries()) {
    const difference = (have[index] ?? 0) - part
    if (difference !== 0) return difference > 0
  }
  return true
}

/** Ends the process with code 1 and one line when it is not. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (isNodeNewEnough(process.versions.node, engines.node)) return
  process.stderr.write(`Mosec needs Node ${engines.node}; this is Node ${process.versions.node}.\n`)
  process.exit(1)
}
