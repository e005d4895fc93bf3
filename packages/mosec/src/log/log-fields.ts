/** What callers hand to the log, made plain: bounded, without bytes, errors in a known shape. */

import type { LogFields } from '@mosec/core'
import { userFrame } from './user-frame.ts'

/** Keys that the log line itself has; a field of that name gets a `_` behind it. */
const ownKeys: ReadonlySet<string> = new Set(['time', 'level', 'name', 'msg'])
const longestText = 1000
const mostItems = 20
const deepestLevel = 4
const mostCauses = 5

/** How much of an error is told. */
export interface FieldOptions {
  /** Stacks are for those who debug; the others read where in their own code it was. */
  readonly isStackShown: boolean
}

/**
 * Copies layers of fields into plain data; a later layer wins. Bytes become their count and long texts are cut, so that no request's or answer's
 * body gets into a log. Getters and proxies of the caller may throw.
 */
export function plainFields(
  layers: readonly (LogFields | undefined)[],
  options: FieldOptions,
): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  for (const fields of layers) {
    for (const [key, value] of Object.entries(fields ?? {})) {
      plain[ownKeys.has(key) ? `${key}_` : key] = plainValue(value, options, 1)
    }
  }
  return plain
}

function plainValue(value: unknown, options: FieldOptions, level: number): unknown {
  if (typeof value === 'string') return cut(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (isError(value)) return plainError(value, options, 1)
  if (value instanceof Date || value instanceof URL) return String(value.toJSON())
  if (ArrayBuffer.isView(value) || isBuffer(value)) return `[${value.byteLength} bytes]`
  return plainObject(value, options, level)
}

function plainObject(value: object, options: FieldOptions, level: number): unknown {
  if (Array.isArray(value)) return plainList(value, options, level)
  if (level >= deepestLevel) return '[object]'
  const plain: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value).slice(0, mostItems)) {
    // A key "__proto__" would set the prototype and vanish.
    if (key !== '__proto__') plain[key] = plainValue(inner, options, level + 1)
  }
  return plain
}

function plainList(list: readonly unknown[], options: FieldOptions, level: number): unknown {
  if (level >= deepestLevel) return `[${list.length} items]`
  const shown = list.slice(0, mostItems).map((item) => plainValue(item, options, level + 1))
  return list.length > mostItems ? [...shown, `[${list.length - mostItems} more]`] : shown
}

/** An error, or what came of one on its way from a replica. */
interface ErrorLike {
  readonly name?: unknown
  readonly message: string
  readonly stack: string
  readonly cause?: unknown
}

function isError(value: unknown): value is ErrorLike {
  if (value instanceof Error) return true
  if (typeof value !== 'object' || value === null || !('message' in value && 'stack' in value)) return false
  return typeof value.message === 'string' && typeof value.stack === 'string'
}

function plainError(error: ErrorLike, options: FieldOptions, depth: number): Record<string, unknown> {
  const { cause } = error
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const at = userFrame(stack)
  return {
    type: error.name,
    message: cut(error.message),
    ...('code' in error && { code: plainValue(error.code, options, deepestLevel) }),
    ...(at !== undefined && { at }),
    ...(options.isStackShown && { stack }),
    ...(cause !== undefined && { cause: plainCause(cause, options, depth) }),
  }
}

function plainCause(cause: unknown, options: FieldOptions, depth: number): unknown {
  if (!isError(cause)) return plainValue(cause, options, deepestLevel)
  return depth < mostCauses ? plainError(cause, options, depth + 1) : '[more causes]'
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}[${text.length - longestText} more]` : text
}

function isBuffer(value: object): value is ArrayBufferLike {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer
}
