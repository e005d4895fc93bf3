/** Typed arrays as plain JSON arrays; left alone, `JSON.stringify` writes them as `{"0":1,"1":2}`. */

/** Past this, `JSON.stringify` has its own say: a cycle or a stack that ends. */
const MAX_DEPTH = 200

/**
 * Is there a typed array anywhere in the value? Looked up first since a replacer makes `JSON.stringify` several
 * times slower, and most results hold none.
 */
export function hasBinary(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false
  if (ArrayBuffer.isView(value)) return true
  if (Array.isArray(value)) return hasBinaryItem(value, depth)
  for (const key in value) {
    if (hasBinary((value as Record<string, unknown>)[key], depth + 1)) return true
  }
  return false
}

function hasBinaryItem(items: readonly unknown[], depth: number): boolean {
  for (const item of items) {
    if (typeof item === 'object' && hasBinary(item, depth + 1)) return true
  }
  return false
}

/** A replacer for `JSON.stringify`. It reads from `this` because a Buffer comes here after its own `toJSON`. */
export function writeBinaryAsArray(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key]
  if (!ArrayBuffer.isView(original)) return value
  return Array.from(original instanceof DataView ? bytesOf(original) : (original as Uint8Array))
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}
