/** What an import's specifier names: a file, a builtin of Node, or a package. */

import { isBuiltin } from 'node:module'
import { posix } from 'node:path'

/** A specifier, understood. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'package'; readonly name: string }

/**
 * Understands a specifier. `#internal` names count as builtins: they cannot leave their package.
 * @param importer path of the importing file from the workspace's root, with `/`.
 */
export function targetOf(specifier: string, importer: string): Target {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.join(posix.dirname(importer), specifier) }
  }
  if (specifier.startsWith('/') || specifier.startsWith('file:')) return { kind: 'file', path: specifier }
  if (specifier.startsWith('#') || isBuiltin(specifier)) {
    return { kind: 'builtin', name: specifier.replace(/^node:/, '') }
  }
  const parts = specifier.split('/')
  return { kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') }
}
