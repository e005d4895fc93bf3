/** WAV files of one kind: 16,000 samples a second, one channel, 16 bits. */

/** Samples a second. */
export const sampleRate = 16_000

const headBytes = 44

/**
 * The samples, from -1 to 1.
 * @throws RangeError that says what the file is instead.
 */
export function readWav(file: Uint8Array): Float32Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < 12 || text(view, 0) !== 'RIFF' || text(view, 8) !== 'WAVE')
    throw new RangeError('no WAV file')
  const format = chunk(view, 'fmt ')
  if (format.byteLength < 16) throw new RangeError('a WAV file that is cut off')
  const [coding, channels, rate, bits] = [
    format.getUint16(0, true),
    format.getUint16(2, true),
    format.getUint32(4, true),
    format.getUint16(14, true),
  ]
  if (coding !== 1 || channels !== 1 || rate !== sampleRate || bits !== 16) {
    throw new RangeError(`${rate} Hz, ${channels} channel(s), ${bits} bits, coding ${coding}`)
  }
  const data = chunk(view, 'data')
  const count = Math.floor(data.byteLength / 2)
  return Float32Array.from({ length: count }, (_, n) => data.getInt16(2 * n, true) / 32_768)
}

/** A file of those samples. */
export function writeWav(samples: Float32Array): Buffer {
  const file = Buffer.alloc(headBytes + 2 * samples.length)
  file.write('RIFF', 0)
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(sampleRate, 24)
  file.writeUInt32LE(2 * sampleRate, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(2 * samples.length, 40)
  samples.forEach((sample, n) => {
    file.writeInt16LE(Math.round(Math.min(1, Math.max(-1, sample)) * 32_767), headBytes + 2 * n)
  })
  return file
}

/** Content of the first chunk of that name; chunks stand one after the other, each of an even length. */
function chunk(view: DataView, name: string): DataView {
  let start = 12
  while (start + 8 <= view.byteLength) {
    const length = view.getUint32(start + 4, true)
    const rest = view.byteLength - start - 8
    if (text(view, start) === name)
      return new DataView(view.buffer, view.byteOffset + start + 8, Math.min(length, rest))
    start += 8 + length + (length % 2)
  }
  throw new RangeError(`a WAV file without its "${name.trim()}" chunk`)
}

function text(view: DataView, start: number): string {
  return String.fromCharCode(...Array.from({ length: 4 }, (_, n) => view.getUint8(start + n)))
}
