/** A parcel gives what was put into it, in order, after a real way through a port; what it takes away is what it may. */

import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { BatchItem, OutcomeCode, Reply } from '@mosec/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asOnTheWire } from './status.ts'
import { readBatch, readReplies, writeBatch, writeReplies } from './thread-messages.ts'
import { buffersOf, type Leaving, type Parcel, ParcelReader, ParcelWriter } from './thread-parcel.ts'

const LARGE = 65_536
const never = (): boolean => false
const leavings: readonly Leaving['how'][] = ['copied', 'moved']

/** Through a port and back, as between threads. */
function sent(writer: ParcelWriter): ParcelReader {
  const { port1, port2 } = new MessageChannel()
  const parcel = writer.pack()
  port1.postMessage(parcel, buffersOf(parcel))
  const { message }: { message: Parcel } = receiveMessageOnPort(port2) ?? { message: [new ArrayBuffer(0)] }
  port1.close()
  return new ParcelReader(message)
}

/** Of every kind of size, alone in its buffer or amid others, and filled so that one is not like the next. */
const payloads = fc
  .array(
    fc.record({
      length: fc.constantFrom(0, 1, 7, 100, LARGE - 1, LARGE, LARGE + 1),
      offset: fc.nat(9),
      isWhole: fc.boolean(),
      isShared: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((shapes) =>
    shapes.map(({ length, offset, isWhole, isShared }, index) => {
      const size = isWhole ? length : length + offset + 3
      const buffer = isShared ? new SharedArrayBuffer(size) : new ArrayBuffer(size)
      return new Uint8Array(buffer, isWhole ? 0 : offset, length).fill(index + 1)
    }),
  )
const u32 = fc.nat(0xffff_ffff)
const u16 = fc.nat(0xffff)

const plain = ({ id, state, bytes }: BatchItem) => [id, state, Buffer.from(bytes).toString('base64')]

describe('a parcel', () => {
  it('keeps the batches of a turn apart, whatever their sizes, and what goes back with each', () => {
    const batch = fc.record({
      payloads,
      ids: fc.infiniteStream(u32),
      state: u16,
      budgetMs: u32,
      back: fc.nat(2),
    })
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 5 }), fc.boolean(), (drawn, isShared) => {
        const batches = drawn.map(({ payloads, ids, state, budgetMs, back }) => ({
          items: payloads.map((bytes) => ({ id: ids.next().value ?? 0, state, bytes })),
          budgetMs: budgetMs / 7,
          returned: Array.from({ length: back }, () => new SharedArrayBuffer(LARGE)),
        }))
        const writer = new ParcelWriter({
          how: 'copied',
          isShared: ({ byteOffset }) => isShared && byteOffset === 0,
        })
        for (const one of batches) writeBatch(writer, one)
        const reader = sent(writer)
        for (const { items, budgetMs, returned } of batches) {
          expect(reader.isAtEnd).toBe(false)
          const got = readBatch(reader)
          expect(got.items.map(plain)).toEqual(items.map(plain))
          expect([got.budgetMs, got.returned.length]).toEqual([budgetMs, returned.length])
        }
        expect(reader.isAtEnd).toBe(true)
        // The sender has all of its own still.
        for (const { items } of batches) {
          for (const { bytes } of items) expect(bytes.every((byte) => byte === bytes[0])).toBe(true)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('gives replies as a socket does', () => {
    const codes: readonly OutcomeCode[] = [
      'ok',
      'validation_error',
      'stage_timeout',
      'cancelled',
      'http_error',
    ]
    const status = fc.record({
      code: fc.constantFrom(...codes),
      isEvent: fc.boolean(),
      httpStatus: fc.integer({ min: 400, max: 599 }),
    })
    fc.assert(
      fc.property(
        payloads,
        fc.infiniteStream(status),
        fc.constantFrom(...leavings),
        (drawn, statuses, how) => {
          const replies = drawn.map((bytes, id): Reply => {
            const { code, isEvent, httpStatus } = statuses.next().value ?? { code: 'ok' }
            return {
              id,
              code,
              bytes,
              ...(code === 'http_error' ? { httpStatus } : {}),
              ...(isEvent ? { isEvent } : {}),
            }
          })
          const expected = replies.map((reply) => ({
            ...asOnTheWire(reply),
            id: reply.id,
            bytes: reply.bytes.slice(),
          }))
          const writer = new ParcelWriter({ how, isShared: never })
          writeReplies(writer, replies)
          const got = readReplies(sent(writer), () => {})
          expect(got.map(({ bytes, ...head }) => head)).toEqual(expected.map(({ bytes, ...head }) => head))
          expect(
            got.map(({ bytes }, index) => Buffer.compare(bytes, expected[index]?.bytes ?? bytes)),
          ).toEqual(got.map(() => 0))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('moves a large buffer that holds one payload, and leaves every other where it is', () => {
    const whole = new Uint8Array(LARGE).fill(1)
    const part = new Uint8Array(LARGE + 8).fill(2).subarray(8)
    const small = new Uint8Array(100).fill(3)
    const writer = new ParcelWriter({ how: 'moved', isShared: never })
    for (const bytes of [whole, part, small]) writer.payload(bytes)
    const reader = sent(writer)
    expect([1, 2, 3].map(() => reader.payload()[0])).toEqual([1, 2, 3])
    expect([whole, part, small].map(({ byteLength }) => byteLength)).toEqual([0, LARGE, 100])
  })

  it('carries bytes twice that two answers share', () => {
    const bytes = new Uint8Array(LARGE).fill(5)
    const writer = new ParcelWriter({ how: 'moved', isShared: never })
    writer.payload(bytes)
    writer.payload(bytes)
    const reader = sent(writer)
    const got = [reader.payload(), reader.payload()]
    expect(got.map((one) => [one.byteLength, one.at(-1)])).toEqual([
      [LARGE, 5],
      [LARGE, 5],
    ])
  })

  it('shares what is lent: the memory itself goes, and its way back is known', () => {
    const block = new SharedArrayBuffer(LARGE * 2)
    const lent = new Uint8Array(block, 0, LARGE + 5)
    const writer = new ParcelWriter({ how: 'moved', isShared: (bytes) => bytes === lent })
    writeReplies(writer, [{ id: 1, code: 'ok', bytes: lent }])
    const given: SharedArrayBuffer[] = []
    const [reply] = readReplies(sent(writer), (back) => given.push(back))
    lent.fill(6)
    expect([reply?.bytes.byteLength, reply?.bytes.at(-1)]).toEqual([LARGE + 5, 6])
    reply?.release?.()
    expect(given.map(({ byteLength }) => byteLength)).toEqual([LARGE * 2])
  })
})
