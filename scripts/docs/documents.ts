/** The Markdown files that users read. */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the repository lies. */
export const repositoryRoot = join(import.meta.dirname, '..', '..')

/** Their paths from the root, with `/`. */
export function documents(): string[] {
  const readmes = ['packages', 'examples', 'apps'].flatMap((group) =>
    entries(group).map((name) => `${group}/${name}/README.md`),
  )
  const pages = entries('docs', true)
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`)
  return ['README.md', 'benchmarks/README.md', 'examples/README.md', ...readmes, ...pages].filter((path) =>
    existsSync(join(repositoryRoot, path)),
  )
}

function entries(folder: string, recursive = false): string[] {
  const path = join(repositoryRoot, folder)
  return existsSync(path) ? readdirSync(path, { recursive, encoding: 'utf8' }).sort() : []
}
