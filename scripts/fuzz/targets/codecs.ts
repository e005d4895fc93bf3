/** The codecs: bytes are refused with a DecodingError, or become a value that is written and read again as it was. */

import { deepStrictEqual, ok } from 'node:assert/strict'
import { json as jsonCodec } from '../../../packages/codec-json/src/json.ts'
import { msgpack as msgpackCodec } from '../../../packages/codec-msgpack/src/msgpack.ts'
import { type Target, textsAsBytes } from '../target.ts'

const codecs = { json: jsonCodec(), msgpack: msgpackCodec() }

/** JSON. */
export const json: Target = {
  name: 'json',
  maxBytes: 3000,
  words: textsAsBytes([
    '"',
    '\\u',
    '\\',
    '[',
    ']',
    '{',
    '}',
    ':',
    ',',
    'null',
    'true',
    '-',
    '1e400',
    '"__proto__":',
    '\ufeff',
  ]),
  seeds: textsAsBytes(['{"a":[1,-2.5e3,"\\u00e9\\n",null,true]}', '"é😀"', '[[[[]]],{}]', ' 0 ']),
  run(input) {
    const value = decoded('json', input)
    // What JSON.parse takes and nothing else, but for the depth.
    if (value === undefined || input.length > 1000) return
    deepStrictEqual(value, JSON.parse(new TextDecoder().decode(input)))
    deepStrictEqual(again('json', value), JSON.parse(JSON.stringify(value)))
  },
}

/** MessagePack. */
export const msgpack: Target = {
  name: 'msgpack',
  maxBytes: 2000,
  words: [
    'c0',
    'c1',
    '80',
    '90',
    '81a161',
    'dd00000001',
    'dfffffffff',
    'c70cff',
    'd6ff',
    'd47240',
    'a5647479706565',
    'a96474797065',
    'cb7ff8000000000000',
    'cf',
    'd3',
  ].map((hex) => Buffer.from(hex, 'hex')),
  seeds: [
    { text: 'é', list: [1, -1, 2.5, 2 ** 40, null, true], at: new Date(1.5e12) },
    { shape: [2, 1], dtype: 'float32', data: Float32Array.of(1, 2) },
    [BigInt64Array.of(1n), new Uint8Array(3), [[{}]]],
  ].map((value) => codecs.msgpack.encode(value)),
  run(input) {
    const value = decoded('msgpack', input)
    if (value === undefined) return
    const once = again('msgpack', value)
    if (once !== undefined) deepStrictEqual(again('msgpack', once), once)
  },
}

/** Undefined when it was refused in the right way. */
function decoded(name: keyof typeof codecs, input: Uint8Array): unknown {
  return unless('decoding_error', () => codecs[name].decode(input))
}

/** Written and read; undefined for a value that has no form. */
function again(name: keyof typeof codecs, value: unknown): unknown {
  return unless('encoding_error', () => codecs[name].decode(codecs[name].encode(value)))
}

function unless<T>(code: string, run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    ok(error instanceof Error && Reflect.get(error, 'code') === code && error.message !== '', String(error))
    return undefined
  }
}
