/** The JSON codec: UTF-8 bytes <-> values, strict on the way in. */

import { type Codec, DecodingError, EncodingError } from '@mosec/core'
import { checkDepth } from './check-depth.ts'
import { firstInvalidByte } from './first-invalid-byte.ts'
import { locateJsonError } from './locate-json-error.ts'
import { hasBinary, writeBinaryAsArray } from './typed-array.ts'

/**
 * JSON as a codec (RFC 8259).
 *
 * Reading is strict: invalid UTF-8 and more than 512 nested arrays and objects are refused, a byte order mark is
 * skipped. A key `__proto__` becomes a property of
 * that object like any other; no prototype changes. Writing follows `JSON.stringify` (`NaN` and infinities are
 * `null`, functions inside objects are left out), and typed arrays are written as plain arrays of numbers.
 *
 * @example
 * json().decode(new TextEncoder().encode('{"x":1}')) // { x: 1 }
 */
export function json(): Codec {
  return codec
}

/** What module workers' processes load: see `Codec.module`. */
export default json

// Fatal: a byte that is no UTF-8 throws instead of becoming U+FFFD. As fast as the lenient Buffer way, see bench/.
const utf8 = new TextDecoder('utf-8', { fatal: true })

const codec: Codec = Object.freeze({
  name: 'json',
  mimeTypes: Object.freeze(['application/json'] as const),
  module: import.meta.url,
  encode,
  decode,
})

function encode(value: unknown): Uint8Array {
  const text = stringify(value)
  if (text !== undefined) return Buffer.from(text)
  const kind = value === undefined ? 'undefined: does forward return a value?' : `a ${typeof value}`
  throw new EncodingError(`JSON has no form for the result, it is ${kind}`)
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, hasBinary(value) ? writeBinaryAsArray : undefined)
  } catch (cause) {
    throw new EncodingError(encodingProblem(cause), { cause })
  }
}

function encodingProblem(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  if (message.includes('BigInt')) return 'JSON has no form for a BigInt: return a number or a string instead'
  if (message.includes('circular')) return 'JSON has no form for a value that contains itself'
  if (cause instanceof RangeError) return 'the result is too deep or too long for JSON'
  return 'the result cannot be written as JSON (a toJSON method threw?)'
}

function decode(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new DecodingError('no JSON: the body is empty')
  const value = parse(decodeText(bytes))
  checkDepth(value, bytes.length)
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DecodingError(`no valid JSON: ${locateJsonError(text)}`, { cause })
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new DecodingError(`no valid JSON: byte ${firstInvalidByte(bytes)} is not UTF-8`, { cause })
  }
}
