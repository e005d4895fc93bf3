/** One worker that speaks CSV and JSON: the client's Content-Type and Accept choose. */

import { json } from '@mosec/codec-json'
import { BatchWorker, Server } from 'mosec'
import { csv } from './index.ts'

/** Divides each number of a table by the largest in its column. */
class Normalise extends BatchWorker<number[][], number[][]> {
  override codecs = [csv(), json()]
  override example = [[[1, 2]]]

  override forward(tables: number[][][]): number[][][] {
    return tables.map((rows) => rows.map((row) => row.map((cell, column) => cell / largest(rows, column))))
  }
}

/** 1 for a column of zeros. */
function largest(rows: number[][], column: number): number {
  return rows.reduce((most, row) => Math.max(most, Math.abs(row[column] ?? 0)), 0) || 1
}

const server = new Server()
server.appendWorker(Normalise, { maxBatchSize: 16, route: '/normalise' })
await server.run()
