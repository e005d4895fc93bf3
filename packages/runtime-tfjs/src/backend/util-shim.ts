/** What tfjs-node 4.22 still calls of `node:util`, which Node 22 warns of and Node 23 removed. */

import { createRequire } from 'node:module'

interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean
  isArray?: (value: unknown) => boolean
}

/**
 * Puts `util.isNullOrUndefined` and `util.isArray` back where they are missing, and in place of Node 22's, which warn of
 * themselves (DEP0051, DEP0044); must run before tfjs-node loads. Without them its first operation fails
 * (tensorflow/tfjs#8609).
 */
export function installUtilShim(util: LegacyUtil = nodeUtil()): void {
  util.isNullOrUndefined = (value) => value === null || value === undefined
  util.isArray = Array.isArray
}

// An ESM namespace is frozen, so the shim needs the CommonJS object, which is also what tfjs-node holds.
function nodeUtil(): LegacyUtil {
  return createRequire(import.meta.url)('node:util')
}
