/** The pnpm of this house, run through npx so that nobody has to install it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository's root. */
export const root = join(import.meta.dirname, '..', '..')

/**
 * The pnpm that package.json pins, as `name@version`.
 * @returns {string}
 */
export function pinnedPnpm() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return String(manifest.packageManager).replace(/\+.*$/, '')
}

/**
 * A command line that runs the pinned pnpm. What pnpm starts finds the same pnpm on its PATH, as turbo needs.
 * @param {string[]} args
 * @returns {readonly [string, ...string[]]}
 */
export function pnpm(...args) {
  return ['npx', '-y', pinnedPnpm(), ...args]
}
