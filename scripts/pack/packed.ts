/** Packs every package that gets published, as `pnpm publish` would. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolEnvironment } from '../steps/environment.mjs'
import { pnpm, root } from '../steps/pnpm.mjs'

/** One tarball. */
export interface Packed {
  readonly name: string
  readonly tarball: string
  /** Paths in it, from the package's folder. */
  readonly files: readonly string[]
  /** What can be imported: the name and its subpaths. */
  readonly entries: readonly string[]
}

/** The part of `pnpm pack --json` that we read. */
interface PackReport {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/**
 * Packs into `folder`. The packages must be built.
 * @throws Error when pnpm fails; the message holds what it said.
 */
export function packAll(folder: string): Packed[] {
  const [file, ...args] = pnpm(
    '-r',
    '--filter',
    './packages/*',
    'pack',
    '--pack-destination',
    folder,
    '--json',
  )
  const options = { cwd: root, env: toolEnvironment(), encoding: 'utf8' } as const
  const reports: PackReport[] = JSON.parse(execFileSync(file, args, options))
  return reports.map(({ name, filename, files }) => ({
    name,
    tarball: filename,
    files: files.map(({ path }) => path),
    entries: entriesOf(name),
  }))
}

function entriesOf(name: string): string[] {
  const path = join(root, 'packages', name.replace('@mosec/', ''), 'package.json')
  const { exports } = JSON.parse(readFileSync(path, 'utf8'))
  return Object.keys(exports)
    .filter((key) => key !== './package.json')
    .map((key) => name + key.slice(1))
}
