/** Refuses values that are nested too deep for whatever walks over them next. */

import { DecodingError } from '@mosec/core'

/** Arrays and objects inside each other; as many as `@mosec/codec-msgpack` takes. */
export const MAX_DEPTH = 512

/** A text of fewer bytes has no room for that many brackets. */
const MIN_BYTES = 2 * (MAX_DEPTH + 1)

/**
 * `JSON.parse` takes any depth, but schemas, `JSON.stringify` and `v8.serialize` run out of stack. Looking through the
 * value costs 1 to 12 % of parsing it (55 % for one object of 300 keys), and nothing where the text is short.
 * @param value as `JSON.parse` made it.
 * @param textBytes length of its text.
 * @throws DecodingError when it is nested too deep.
 */
export function checkDepth(value: unknown, textBytes: number): void {
  if (textBytes >= MIN_BYTES && isDeeper(value, MAX_DEPTH)) {
    throw new DecodingError(`no valid JSON: more than ${MAX_DEPTH} arrays and objects are nested`)
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (typeof item === 'object' && item !== null && isDeeper(item, levels - 1)) return true
  }
  return false
}
