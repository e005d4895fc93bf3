/** What tfjs-node 4.22 still calls of `node:util`, for Node 23 and later. */

import { createRequire } from 'node:module'

/** The functions of `node:util` that Node 23 removed. */
interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean
  isArray?: (value: unknown) => boolean
}

/**
 * Puts `util.isNullOrUndefined` and `util.isArray` back where they are missing; must run before tfjs-node loads.
 * Without them its first operation fails (tensorflow/tfjs#8609). What Node has is left alone.
 */
export function installUtilShim(util: LegacyUtil = nodeUtil()): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
  util.isArray ??= Array.isArray
}

// An ESM namespace is frozen, so the shim needs the CommonJS object, which is also what tfjs-node holds.
function nodeUtil(): LegacyUtil {
  return createRequire(import.meta.url)('node:util')
}
