/** The decoder of the socket between an ingress and the scheduler: says what a plain reader says, wherever they are cut. */

import { deepStrictEqual } from 'node:assert/strict'
import { FrameError } from '../../../packages/ipc/src/frame-error.ts'
import { RecordDecoder } from '../../../packages/ipc/src/submit/record-decoder.ts'
import { RecordEncoder } from '../../../packages/ipc/src/submit/record-encoder.ts'
import { kinds, type PayloadLimits } from '../../../packages/ipc/src/submit/record-layout.ts'
import {
  type ReferenceRecords,
  readRecords,
  type WholeRecord,
} from '../../../packages/ipc/src/testing/reference-records.ts'
import { allowOnly, type Target } from '../target.ts'

const limits: PayloadLimits = new Map([
  [kinds.submit, 1000],
  [kinds.cancel, 0],
  [kinds.grant, 0],
  [kinds.answered, 0],
])

/** The first byte says how large the pieces are in which the others come. */
export const records: Target = {
  name: 'records',
  maxBytes: 600,
  words: ['01', '02', '03', '04', '000003e8', '000003e9', 'ffffffff'].map((hex) => Buffer.from(hex, 'hex')),
  seeds: [
    encode([[kinds.submit, Buffer.from('{"x":1}')]]),
    encode([
      [kinds.submit, Buffer.alloc(100)],
      [kinds.cancel, Buffer.alloc(0)],
    ]),
    encode([
      [kinds.grant, Buffer.alloc(0)],
      [kinds.answered, Buffer.alloc(0)],
      [kinds.submit, Buffer.of(1)],
    ]),
  ].map((bytes) => Buffer.concat([Buffer.of(7), bytes])),
  run(input) {
    const [pieceBytes = 0] = input
    const bytes = input.subarray(1)
    deepStrictEqual(decode(bytes, pieceBytes + 1), readRecords(bytes, limits))
  },
}

function encode(given: readonly (readonly [kind: number, bytes: Uint8Array])[]): Uint8Array {
  const encoder = new RecordEncoder()
  for (const [kind, bytes] of given) {
    encoder.append({ kind, tag: 1, word: 2, id: 3, left: 4, right: 5, number: 6 }, bytes)
  }
  return Buffer.concat(encoder.take())
}

function decode(bytes: Uint8Array, pieceBytes: number): ReferenceRecords {
  const told: WholeRecord[] = []
  const decoder = new RecordDecoder({
    limits,
    onRecord: (head, payload) => told.push({ ...head, bytes: Uint8Array.from(payload) }),
  })
  const isWhole = allowOnly(FrameError, () => {
    for (let at = 0; at < bytes.length; at += pieceBytes) decoder.push(bytes.subarray(at, at + pieceBytes))
    return true
  })
  if (isWhole === undefined) return { records: told, end: 'malformed' }
  return { records: told, end: decoder.isBetweenFrames ? 'between records' : 'within a record' }
}
