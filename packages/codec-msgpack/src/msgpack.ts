/** The MessagePack codec: standard MessagePack on the wire, typed arrays and tensors survive. */

import { type Codec, DecodingError, EncodingError } from '@mosec/core'
import { Packr } from 'msgpackr'
import { checkMessagePack } from './check-message-pack.ts'
import { reviveTensors } from './tensor.ts'
import { wireForm } from './wire-form.ts'

/**
 * MessagePack as a codec.
 *
 * The bytes are plain standard MessagePack, so that Python's `msgpack` reads and writes them. A typed array travels
 * as `{ dtype, data }` and a tensor as `{ dtype, shape, data }`, `data` being the raw little-endian bytes; both come
 * back aligned, copied only where they must be moved to be aligned.
 *
 * @example
 * const codec = msgpack()
 * codec.decode(codec.encode({ shape: [2], dtype: 'float32', data: Float32Array.of(1, 2) }))
 */
export function msgpack(): Codec {
  return codec
}

/** What module workers' processes load: see `Codec.module`. */
export default msgpack

/** Standard MessagePack only: no records, no bundled strings, no references. */
const packr = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true })

// 64-bit integers up to 2^53 become numbers, others bigints. msgpackr reads this option but its types lack the value.
Object.assign(packr, { int64AsType: 'auto' })

const codec: Codec = Object.freeze({
  name: 'msgpack',
  mimeTypes: Object.freeze([
    'application/msgpack',
    'application/x-msgpack',
    'application/vnd.msgpack',
  ] as const),
  module: import.meta.url,
  encode,
  decode,
})

function encode(value: unknown): Uint8Array {
  if (value === undefined) {
    throw new EncodingError('MessagePack has no form for undefined: does forward return a value?')
  }
  const form = wireForm(value)
  try {
    return packr.pack(form)
  } catch (cause) {
    throw new EncodingError('the result cannot be written as MessagePack', { cause })
  }
}

function decode(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new DecodingError('no MessagePack: the body is empty')
  // A view of our own: msgpackr keeps a property on it, and gives byte strings its class (a Buffer's slices are Buffers).
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { mayHoldTensors } = checkMessagePack(view)
  const value = unpack(view)
  return mayHoldTensors ? reviveTensors(value) : value
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return packr.unpack(bytes)
  } catch (cause) {
    throw new DecodingError('no valid MessagePack', { cause })
  }
}
