/** Names of backends and providers that a user has written. */

import { StartError } from '../contract/errors.ts'

/**
 * Checks a list of names, which in JavaScript may be anything.
 * @param option as messages call it: `backends`.
 * @throws StartError (`start_error`) that lists the names there are.
 */
export function checkNames(option: string, names: unknown, known: readonly string[]): void {
  const there = `there are ${known.join(', ')}`
  if (!Array.isArray(names)) {
    throw new StartError(`${option} takes a list of names, got ${JSON.stringify(names)}; ${there}`)
  }
  if (names.length === 0) throw new StartError(`${option} is an empty list; ${there}`)
  const unknown: unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined || names.includes(undefined)) {
    throw new StartError(`${option}: there is no ${JSON.stringify(unknown)}; ${there}`)
  }
}
