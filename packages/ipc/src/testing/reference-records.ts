/** A second reader of records, plain and slow: all the bytes at once, no state. What it says is what the decoder must say. */

import { type PayloadLimits, RECORD_HEAD_BYTES, type RecordHead } from '../submit/record-layout.ts'

/** A record with a payload of its own. */
export interface WholeRecord extends RecordHead {
  readonly bytes: Uint8Array
}

/** All whole records, and how the bytes end. */
export interface ReferenceRecords {
  readonly records: readonly WholeRecord[]
  readonly end: 'between records' | 'within a record' | 'malformed'
}

/** Reads all of it. */
export function readRecords(bytes: Uint8Array, limits: PayloadLimits): ReferenceRecords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: WholeRecord[] = []
  let at = 0
  while (at + RECORD_HEAD_BYTES <= bytes.length) {
    const head = {
      kind: view.getUint8(at),
      tag: view.getUint8(at + 1),
      word: view.getUint16(at + 2),
      id: view.getUint32(at + 4),
      left: view.getUint16(at + 8),
      right: view.getUint16(at + 10),
      number: view.getUint32(at + 12),
    }
    const most = limits.get(head.kind)
    const length = view.getUint32(at + 16)
    if (most === undefined || length > most) return { records, end: 'malformed' }
    const from = at + RECORD_HEAD_BYTES
    if (from + length > bytes.length) return { records, end: 'within a record' }
    records.push({ ...head, bytes: Uint8Array.from(bytes.subarray(from, from + length)) })
    at = from + length
  }
  return { records, end: at === bytes.length ? 'between records' : 'within a record' }
}
