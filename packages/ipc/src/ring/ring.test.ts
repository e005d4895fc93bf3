/** A ring gives back what was put into it, in order, and takes nothing that it has no room for. */

import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FrameDecoder } from '../frame-decoder.ts'
import { FrameEncoder } from '../frame-encoder.ts'
import type { FrameItem } from '../frame-layout.ts'
import { RING_BYTES, SOCKET_TAKES_BYTES } from './ring-layout.ts'
import { RingReader } from './ring-reader.ts'
import { RingWriter } from './ring-writer.ts'

let folder: string
let files: number[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ring-test-'))
  files = []
})

afterEach(() => {
  for (const fd of files) closeSync(fd)
  rmSync(folder, { recursive: true })
})

const path = (name: string) => join(folder, name)

function file(name: string, mode = 'w+'): number {
  const fd = openSync(path(name), mode)
  files.push(fd)
  return fd
}

function ring() {
  const count = { fd: file('count'), offset: 0 }
  const data = file('data')
  const writer = new RingWriter(data, count)
  const reader = new RingReader(data, count)
  const take = (lengthBytes: number) => {
    const target = Buffer.alloc(lengthBytes)
    reader.take(target)
    return target
  }
  return { writer, take, count }
}

/** Random bytes to cut pieces from. */
const noise = randomBytes(4 * 1024 * 1024)
const piece = fc
  .record({ at: fc.nat(1000), lengthBytes: fc.integer({ min: 1, max: noise.length - 1000 }) })
  .map(({ at, lengthBytes }) => noise.subarray(at, at + lengthBytes))

describe('a ring', () => {
  it('gives everything back in order, whatever is put and taken when', () => {
    fc.assert(
      fc.property(fc.array(fc.option(piece), { maxLength: 40 }), (steps) => {
        const { writer, take } = ring()
        const inside: Buffer[] = []
        for (const bytes of steps) {
          const held = inside.reduce((sum, { length }) => sum + length, 0)
          if (bytes !== null) {
            const fits = held + bytes.length <= RING_BYTES
            expect(writer.put(bytes)).toBe(fits)
            if (fits) inside.push(bytes)
          } else {
            const oldest = inside.shift()
            if (oldest !== undefined) expect(take(oldest.length).equals(oldest)).toBe(true)
          }
        }
        for (const bytes of inside) expect(take(bytes.length).equals(bytes)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('has no reader until its other end is opened', () => {
    const count = { fd: file('count'), offset: 64 }
    const data = file('data')
    const writer = new RingWriter(data, count)
    expect(writer.hasReader).toBe(false)
    new RingReader(data, count)
    expect(writer.hasReader).toBe(true)
  })

  it.each([
    ['more than was put', Float64Array.of(0x6d_6f_73_65_63_31, 1e9, 1e9)],
    ['less than none', Float64Array.of(0x6d_6f_73_65_63_31, -5, -5)],
    ['no number', Float64Array.of(0x6d_6f_73_65_63_31, NaN, NaN)],
    ['half a write', Float64Array.of(0x6d_6f_73_65_63_31, 8, 9)],
    ['nonsense', Float64Array.of(1, 2, 3)],
  ])('believes no reader that says it took %s, and works once it speaks sense', (_, words) => {
    const { writer, take, count } = ring()
    const half = noise.subarray(0, RING_BYTES / 2)
    expect([writer.put(half), writer.put(half)]).toEqual([true, true])
    writeSync(count.fd, words, 0, words.byteLength, 0)
    expect(writer.put(half)).toBe(false)
    expect(take(half.length).equals(half)).toBe(true)
    expect(writer.put(half)).toBe(true)
    expect([take(half.length).equals(half), take(half.length).equals(half)]).toEqual([true, true])
  })

  it('refuses what the file system has no room for, and a reader says what it lacks', () => {
    const { count } = ring()
    const cannotWrite = new RingWriter(file('data', 'r'), count)
    expect(cannotWrite.put(noise)).toBe(false)
    const reader = new RingReader(file('data', 'r'), count)
    expect(() => reader.take(Buffer.alloc(10))).toThrow(
      /expected a payload of 10 bytes in the ring, got 0 bytes/,
    )
  })
})

describe('frames beside a ring', () => {
  /** Frames through an encoder and a decoder; what went through the socket, and what came out. */
  function send(items: readonly FrameItem[], checks: { readonly maxPayloadBytes?: number } = {}) {
    const count = { fd: file('count'), offset: 0 }
    const data = file('data')
    const received: { id: number; bytes: Buffer }[] = []
    const decoder = new FrameDecoder({
      ...checks,
      ring: new RingReader(data, count),
      onFrame: (_, some) => {
        for (const { id, bytes } of some) received.push({ id, bytes: Buffer.from(bytes) })
      },
    })
    const encoder = new FrameEncoder({ ring: new RingWriter(data, count) })
    encoder.append(1, items)
    const parts = Buffer.concat(encoder.take())
    decoder.push(parts)
    return { received, socketBytes: parts.length, decoder }
  }

  const items = (...lengths: number[]) =>
    lengths.map((lengthBytes, id) => ({ id, bytes: noise.subarray(id, id + lengthBytes) }))

  it.each([
    ['a frame that a socket takes at once stays whole', [150_000], 150_014],
    ['of more, all large payloads go through the ring', [150_000, 150_000], 24],
    ['and the small ones stay', [150_000, 100, 150_000], 134],
    ['what the ring has no room for stays, too', [3e6, 3e6, 3e6, 1e6], 3e6 + 44],
  ])('%s', (_, lengths, socketBytes) => {
    const sent = items(...lengths)
    const outcome = send(sent)
    expect(outcome.socketBytes).toBe(socketBytes)
    expect(outcome.received.map(({ id }) => id)).toEqual(sent.map(({ id }) => id))
    for (const [index, { bytes }] of outcome.received.entries())
      expect(bytes.equals(sent[index]?.bytes ?? noise)).toBe(true)
  })

  it('refuses a payload above its limit, and one that the ring cannot hold', () => {
    expect(() => send(items(150_000, 150_000), { maxPayloadBytes: 100_000 })).toThrow(/at most 100000 bytes/)
    const { decoder } = send(items(SOCKET_TAKES_BYTES + 1))
    const lie = Buffer.from('0001' + '0001' + '00000007' + '0000' + 'ffffffff', 'hex')
    expect(() => decoder.push(lie)).toThrow(/at most 8388608 bytes/)
  })

  it('refuses a payload that is said to be there and is not', () => {
    const { decoder } = send(items(200_000))
    truncateSync(path('data'), 0)
    const lie = Buffer.from('0001' + '0001' + '00000007' + '0000' + '80010000', 'hex')
    expect(() => decoder.push(lie)).toThrow(/expected a payload of 65536 bytes in the ring, got 0 bytes/)
  })
})
