/** What msgpackr is given to write: only what standard MessagePack has a form for. */

import { EncodingError } from '@mosec/core'
import { MAX_DEPTH } from './check-message-pack.ts'
import { tensorForm, typedArrayForm } from './tensor.ts'

const UINT32_MAX = 0xffff_ffff
const INT32_MIN = -0x8000_0000
const UINT64_MAX = 0xffff_ffff_ffff_ffffn
const INT64_MIN = -0x8000_0000_0000_0000n

/**
 * The value itself where nothing in it must change, which is the usual case and costs no allocation; otherwise a copy.
 * @throws EncodingError when some part has no form, or the parts are nested too deep.
 */
export function wireForm(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return wellFormed(value)
    case 'number':
      return integerForm(value)
    case 'bigint':
      if (value <= UINT64_MAX && value >= INT64_MIN) return value
      throw new EncodingError('MessagePack has no integers beyond 64 bits')
    case 'function':
    case 'symbol':
      throw new EncodingError(`MessagePack has no form for a ${typeof value}`)
    case 'object':
      return value === null ? null : objectForm(value, depth)
    default:
      return value
  }
}

/** Half a surrogate pair has no UTF-8; TextEncoder and JSON clients would send U+FFFD too. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed()
}

/** msgpackr writes integers beyond 32 bits as floats, unless they are bigints; Python should get an int. */
function integerForm(value: number): number | bigint {
  if (value <= UINT32_MAX && value >= INT32_MIN) return value
  return Number.isSafeInteger(value) ? BigInt(value) : value
}

function objectForm(value: object, depth: number): unknown {
  if (depth >= MAX_DEPTH) {
    throw new EncodingError(`the result is nested more than ${MAX_DEPTH} deep, or contains itself`)
  }
  if (Array.isArray(value)) return arrayForm(value, depth)
  if (ArrayBuffer.isView(value)) return typedArrayForm(value)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof Date) return dateForm(value)
  if (value instanceof Map) return mapForm(value, depth)
  if ('toJSON' in value && typeof value.toJSON === 'function') return wireForm(value.toJSON(), depth + 1)
  return recordForm(value as Record<string, unknown>, depth)
}

function arrayForm(items: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    const form = wireForm(item, depth + 1)
    if (Object.is(form, item)) continue
    copy ??= [...items]
    copy[i] = form
  }
  return copy ?? items
}

/** As in JSON, a property that is undefined is left out. */
function recordForm(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  checkIsRecord(object)
  const tensor = tensorForm(object)
  const source = tensor ?? object
  let copy = tensor
  for (const key of Object.keys(source)) {
    checkKey(key)
    const value = source[key]
    const form = wireForm(value, depth + 1)
    if (value !== undefined && Object.is(form, value)) continue
    copy ??= { ...source }
    if (value === undefined) delete copy[key]
    else copy[key] = form
  }
  return copy ?? object
}

function mapForm(map: ReadonlyMap<unknown, unknown>, depth: number): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>()
  for (const [key, value] of map) {
    if (typeof key === 'string') checkKey(key)
    else if (!Number.isSafeInteger(key)) throw new EncodingError('a Map key must be a string or an integer')
    copy.set(wireForm(key), wireForm(value, depth + 1))
  }
  return copy
}

function dateForm(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new EncodingError('MessagePack has no form for an invalid Date')
  return date
}

/** Sets, Errors, RegExps and Promises would be written as something else, or as nothing. */
function checkIsRecord(object: object): void {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return
  const tag = Object.prototype.toString.call(object)
  if (tag !== '[object Object]') {
    throw new EncodingError(`MessagePack has no form for ${tag}: return plain objects and arrays`)
  }
}

function checkKey(key: string): void {
  if (key === '__proto__') throw new EncodingError('a key "__proto__" cannot be written')
  if (!key.isWellFormed()) throw new EncodingError('a key holds half a surrogate pair')
}
