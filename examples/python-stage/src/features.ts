/** Stage 1: a file's first and last bytes, as the model wants them. */

import { type Codec, EncodingError, Worker } from 'mosec'

/** Hands the body on as it is. */
const anyFile: Codec = {
  name: 'file',
  mimeTypes: ['application/octet-stream'],
  decode: (bytes) => bytes,
  encode() {
    throw new EncodingError('this codec only reads')
  },
}

/** Bytes that are looked at on each side. */
const LOOKED_AT = 1024
/** Stands where there is no byte. */
const NOTHING = 256

export default class Features extends Worker<Uint8Array, Int32Array> {
  override codecs = [anyFile]
  override example = Buffer.from('hello')

  /** The beginning without leading white space, and the end without trailing, filled up towards the middle. */
  override forward(file: Uint8Array): Int32Array {
    const features = new Int32Array(2 * LOOKED_AT).fill(NOTHING)
    const from = file.findIndex(isInk)
    if (from === -1) return features
    features.set(file.subarray(from, from + LOOKED_AT))
    const to = file.findLastIndex(isInk) + 1
    const end = file.subarray(Math.max(0, to - LOOKED_AT), to)
    features.set(end, features.length - end.length)
    return features
  }
}

/** No blank, tabulator or end of line. */
const isInk = (byte: number): boolean => byte !== 0x20 && (byte < 0x09 || byte > 0x0d)
