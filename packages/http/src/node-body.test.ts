/** A body is what was sent, however it came, and a length that is only claimed takes no memory. */

import { EventEmitter } from 'node:events'
import { ownBlocks } from '@mosec/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ReadBody, readNodeBody } from './node-body.ts'
import type { NodeRequest } from './node-messages.ts'

const MIB = 1024 * 1024

it('is what was sent, in whatever pieces, with a length or without', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 150_000 }), { maxLength: 6 })
  fc.assert(
    fc.property(sizes, fc.boolean(), (pieceBytes, isLengthTold) => {
      const pieces = pieceBytes.map((bytes, at) => Buffer.alloc(bytes, at + 1))
      const sent = Buffer.concat(pieces)
      const reading = read(isLengthTold ? sent.length : undefined)
      for (const piece of pieces) reading.request.emit('data', piece)
      reading.request.emit('end')
      const [body] = reading.done
      expect(body === 'too large' ? body : body && Buffer.compare(body.bytes, sent)).toBe(0)
    }),
  )
})

it('lies in memory that the next one has when it was given back', () => {
  const pool = ownBlocks()
  const first = inTwoHalves(pool)
  expect(inTwoHalves(pool).bytes.buffer).not.toBe(first.bytes.buffer)
  first.release?.()
  expect(inTwoHalves(pool).bytes.buffer).toBe(first.bytes.buffer)
})

it('gets memory for its claimed length when a quarter of it is there', () => {
  const pool = ownBlocks()
  const block = pool.take(4 * MIB)
  pool.give(block)
  const { request } = read(4 * MIB, pool)
  request.emit('data', Buffer.alloc(MIB - 1))
  expect(pool.takeKept(4 * MIB)).toBe(block)
  pool.give(block)
  request.emit('data', Buffer.alloc(1))
  expect(pool.takeKept(4 * MIB)).toBeUndefined()
})

it('is not read beyond the limit', () => {
  const { request, done } = read(undefined)
  for (let sent = 0; sent < 5; sent += 1) request.emit('data', Buffer.alloc(MIB))
  expect([done, request.listenerCount('data'), request.listenerCount('end')]).toEqual([['too large'], 0, 0])
})

function inTwoHalves(pool: ReturnType<typeof ownBlocks>): ReadBody {
  const { request, done } = read(200_000, pool)
  request.emit('data', Buffer.alloc(100_000))
  request.emit('data', Buffer.alloc(100_000))
  request.emit('end')
  return done[0] as ReadBody
}

function read(claimedBytes: number | undefined, pool = ownBlocks()) {
  const headers = claimedBytes === undefined ? {} : { 'content-length': String(claimedBytes) }
  const request = Object.assign(new EventEmitter(), { headers })
  const done: (ReadBody | 'too large')[] = []
  readNodeBody(request as unknown as NodeRequest, { limitBytes: 4 * MIB, pool }, (body) => done.push(body))
  return { request, done }
}
