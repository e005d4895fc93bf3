/** Stage 1: a WAV file to samples. */

import { type Codec, EncodingError, ValidationError, Worker } from 'mosec'
import { readWav, sampleRate, writeWav } from './wav.ts'

/** Longer clips are refused: the time that a request takes is bounded so. */
const longestSeconds = 60

/** Hands the body on as it is. */
const wavFile: Codec = {
  name: 'wav',
  mimeTypes: ['audio/wav', 'audio/x-wav'],
  decode: (bytes) => bytes,
  encode() {
    throw new EncodingError('this codec only reads')
  },
}

export default class Decode extends Worker<Uint8Array, Float32Array> {
  override codecs = [wavFile]
  override example = writeWav(new Float32Array(512))

  override forward(file: Uint8Array): Float32Array {
    const samples = this.#read(file)
    if (samples.length <= longestSeconds * sampleRate) return samples
    throw new ValidationError(`expected a clip of ${longestSeconds} seconds at most`)
  }

  #read(file: Uint8Array): Float32Array {
    try {
      return readWav(file)
    } catch (cause) {
      const got = cause instanceof RangeError ? cause.message : 'something else'
      throw new ValidationError(`expected WAV, 16000 Hz, 1 channel, 16 bits PCM, got ${got}`, { cause })
    }
  }
}
