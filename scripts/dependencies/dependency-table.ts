/** What docs/dependencies.md says, and what the catalog, the manifests and the installed packages say. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** One dependency: a row of the table, or the truth that it must tell. */
export interface Dependency {
  readonly name: string
  readonly licence: string
  /** Folders of the members that declare it, in order; `root` for the workspace itself. */
  readonly usedBy: readonly string[]
}

/** A row of the table, with the reason that only people can write. */
export interface Row extends Dependency {
  readonly why: string
}

/** Reads the table's rows, in the page's order. */
export function tableRows(markdown: string): Row[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = /^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| (.*) \|$/.exec(line)
    if (cells === null) return []
    const [, name = '', licence = '', usedBy = '', why = ''] = cells
    return [{ name, licence, usedBy: usedBy.split(', '), why }]
  })
}

/** Reads the catalog and finds out who declares each entry and under which licence it came. */
export function catalogDependencies(root: string): Dependency[] {
  const { catalog } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))
  const members = memberFolders(root)
  return Object.keys(catalog)
    .sort()
    .map((name) => {
      const users = members.filter((folder) => declares(join(root, folder), name))
      const [first = ''] = users
      return {
        name,
        licence: licenceOf(join(root, first, 'node_modules', name)),
        usedBy: users.map((folder) => (folder === '' ? 'root' : folder)),
      }
    })
}

function memberFolders(root: string): string[] {
  const grouped = ['apps', 'examples', 'packages'].flatMap((group) =>
    (existsSync(join(root, group)) ? readdirSync(join(root, group)) : []).map((name) => `${group}/${name}`),
  )
  return ['', 'benchmarks', ...grouped.sort()].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  )
}

function declares(folder: string, name: string): boolean {
  const { dependencies, devDependencies } = readJson(join(folder, 'package.json'))
  return { ...dependencies, ...devDependencies }[name] !== undefined
}

function licenceOf(folder: string): string {
  return readJson(join(folder, 'package.json')).license ?? 'none named'
}

/** The parts of a package.json that matter here. */
interface Manifest {
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function readJson(path: string): Manifest {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}
