/** The codec suite passes a good codec and fails each bad one, in the case that names its fault. */

import { describe, expect, it } from 'vitest'
import type { Codec } from '../contract/codec.ts'
import { DecodingError, EncodingError } from '../contract/errors.ts'
import { type CodecSubject, codecConformance } from './codec-conformance.ts'

/** A whole number 0 to 255 as one byte. */
const good: Codec = {
  name: 'byte',
  mimeTypes: ['application/x-byte'],
  encode(value) {
    if (typeof value !== 'number') throw new EncodingError(`a ${typeof value} is no byte`)
    return Uint8Array.of(value)
  },
  decode(bytes) {
    const [value] = bytes
    if (value === undefined || bytes.length > 1)
      throw new DecodingError(`one byte is expected, got ${bytes.length}`)
    return value
  },
}

const subject = (codec: Partial<Codec>): CodecSubject => ({
  codec: { ...good, ...codec },
  samples: [0, 7, 255],
  garbage: [new Uint8Array(), new Uint8Array(30)],
})

/** Whole floats; `copy` moves the bytes to an address that a Float32Array takes. */
const floats = (copy: (bytes: Uint8Array) => Uint8Array): CodecSubject => ({
  codec: {
    name: 'floats',
    mimeTypes: ['application/x-float32'],
    encode(value) {
      if (value instanceof Float32Array) return new Uint8Array(value.buffer)
      throw new EncodingError('floats takes a Float32Array')
    },
    decode(bytes) {
      if (bytes.length % 4 !== 0) throw new DecodingError(`${bytes.length} bytes are no floats`)
      const { buffer, byteOffset } = copy(bytes)
      return new Float32Array(buffer, byteOffset, bytes.length / 4)
    },
  },
  samples: [Float32Array.of(1, -2.5)],
  garbage: [new Uint8Array(3)],
})

/** Runs the suite on the spot and gives the names of the cases that fail. */
async function failures(of: CodecSubject): Promise<string[]> {
  const cases: [string, () => void | Promise<void>][] = []
  codecConformance(() => of, {
    describe: (_, body) => body(),
    it: (name, body) => cases.push([name, body]),
  })
  const failed: string[] = []
  for (const [name, body] of cases) {
    try {
      await body()
    } catch {
      failed.push(name)
    }
  }
  return failed
}

codecConformance(() => subject({}), { describe, it })

describe('codecConformance', () => {
  const shared = new Uint8Array(1)
  const bad: [string, Partial<Codec>, string][] = [
    ['a name in capitals', { name: 'JSON' }, 'has a short lower-case name'],
    ['a MIME parameter', { mimeTypes: ['text/csv; charset=utf-8'] }, 'names its MIME types'],
    ['a lost value', { decode: (bytes) => Number(good.decode(bytes)) & 0x7f }, 'brings every sample back'],
    [
      'a whole buffer read',
      { decode: (bytes) => new Uint8Array(bytes.buffer)[0] },
      'decodes bytes from the middle',
    ],
    [
      'input written to',
      { decode: (bytes) => (bytes.length === 1 ? bytes.fill(9)[0] : good.decode(bytes)) },
      'does not change the bytes',
    ],
    [
      'output used again',
      { encode: (value) => (typeof value === 'number' ? shared.fill(value) : good.encode(value)) },
      'gives bytes that a later encode leaves alone',
    ],
    ['garbage read', { decode: (bytes) => bytes[0] ?? 0 }, 'refuses garbage'],
    [
      'a body in the message',
      {
        decode(bytes) {
          if (bytes.length === 1) return bytes[0]
          throw new DecodingError(`what is ${new TextDecoder().decode(bytes)}`)
        },
      },
      'refuses garbage',
    ],
    [
      'a TypeError for a truncated body',
      {
        decode(bytes) {
          if (bytes.length === 0) throw new TypeError('no bytes')
          return good.decode(bytes)
        },
      },
      'refuses truncated bytes',
    ],
    ['a function written', { encode: (value) => Uint8Array.of(Number(value)) }, 'refuses a function'],
    ['another module', { module: import.meta.resolve('../contract/codec.ts') }, 'is the default export'],
  ]

  it.each(bad)('fails %s', async (_, codec, expected) => {
    const failed = await failures(subject(codec))
    expect(failed.some((name) => name.startsWith(expected))).toBe(true)
  })

  it("passes floats that are copied, and fails those whose copy is Buffer's slice, which is none", async () => {
    expect(await failures(floats((bytes) => new Uint8Array(bytes)))).toEqual([])
    expect(await failures(floats((bytes) => bytes.slice()))).toEqual([
      'decodes a Node Buffer from the middle of a buffer',
    ])
  })

  it('fails a suite without samples or garbage', async () => {
    expect(await failures({ codec: good, samples: [], garbage: [] })).toContain('brings every sample back')
    expect((await failures({ codec: good, samples: [1], garbage: [] })).join()).toContain('refuses garbage')
  })
})
