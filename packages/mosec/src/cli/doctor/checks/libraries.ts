/** Which shared libraries the loader would find. */

import { join } from 'node:path'
import type { Machine } from '../machine.ts'

/** Full names (`libcudnn.so.9`) that begin with one of the prefixes, from the loader's cache and `LD_LIBRARY_PATH`. */
export async function findLibraries(machine: Machine, prefixes: readonly string[]): Promise<string[]> {
  const cache = (await machine.run('ldconfig', ['-p'])) ?? (await machine.run('/sbin/ldconfig', ['-p'])) ?? ''
  const cached = cache.split('\n').map((line) => line.trim().split(' ')[0] ?? '')
  const folders = (machine.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '')
  const beside = folders.flatMap((folder) => machine.list(join(folder, '/')))
  const names = [...cached, ...beside].filter((name) =>
    prefixes.some((prefix) => name.startsWith(`${prefix}.so`)),
  )
  return [...new Set(names)].toSorted()
}
