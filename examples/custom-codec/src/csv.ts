/** A codec for tables of numbers as CSV (RFC 4180, without a header line). */

import { type Codec, DecodingError, EncodingError } from '@mosec/core'

const NUMBER = /^[ \t]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*$/

/** CSV as a codec: rows of finite numbers, all of one length. */
export function csv(): Codec {
  return { name: 'csv', mimeTypes: ['text/csv'], module: import.meta.url, encode, decode }
}

/** What module workers' processes load: see `Codec.module`. */
export default csv()

function encode(value: unknown): Uint8Array {
  if (!Array.isArray(value) || value.length === 0) throw new EncodingError('CSV takes a list of rows')
  return new TextEncoder().encode(value.map(encodeRow).join(''))
}

function encodeRow(row: unknown, index: number): string {
  if (Array.isArray(row) && row.length > 0 && row.every(Number.isFinite)) return `${row.join(',')}\n`
  throw new EncodingError(`CSV takes rows of finite numbers, row ${index + 1} is not one`)
}

function decode(bytes: Uint8Array): number[][] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new DecodingError('no CSV: there is no line')
  const rows = lines.map((line, index) => line.split(',').map((cell, column) => number(cell, index, column)))
  const width = rows[0]?.length
  const ragged = rows.findIndex((row) => row.length !== width)
  if (ragged === -1) return rows
  throw new DecodingError(`line ${ragged + 1} has ${rows[ragged]?.length} cells, the first has ${width}`)
}

/** Says where, and shows no more of a stranger's body than it must. */
function number(cell: string, line: number, column: number): number {
  const value = NUMBER.test(cell) ? Number(cell) : Number.NaN
  if (Number.isFinite(value)) return value
  throw new DecodingError(
    `line ${line + 1}, cell ${column + 1}: ${JSON.stringify(cell.slice(0, 20))} is no number`,
  )
}
