/** What messages say of an item that is not what the model takes. */

/** An item that says its shape, or may. */
export interface ItemWithData {
  readonly data: unknown
  readonly shape?: unknown
}

/** Is it values with their shape, and no array itself? */
export function hasData(item: unknown): item is ItemWithData {
  return typeof item === 'object' && item !== null && !ArrayBuffer.isView(item) && 'data' in item
}

/** Types and sizes only: the values may be private, and long. */
export function describeItem(item: unknown): string {
  if (hasData(item)) return `${describeItem(item.data)}, shape [${String(item.shape)}]`
  if (Array.isArray(item)) return `an Array of ${item.length} values`
  if (ArrayBuffer.isView(item))
    return `${withArticle(item.constructor.name)} of ${Reflect.get(item, 'length')} values`
  if (item === null || item === undefined) return String(item)
  return typeof item === 'object' ? 'an object without data' : withArticle(typeof item)
}

/** `an Int32Array`, `a string`. */
export function withArticle(name: string): string {
  return `${/^[AEIOaeio]/.test(name) ? 'an' : 'a'} ${name}`
}

/** What a hook gave that should have given something else. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'undefined: is a "return" missing?'
  if (value === null || typeof value !== 'object') return value === null ? 'null' : withArticle(typeof value)
  return withArticle(value.constructor?.name ?? 'object')
}
