/** W7 as a table: rates beside the bare relay's and beside each other, and whether what is wanted is met. */

import { markdownTable } from '../report/markdown-table.ts'
import type { WorkloadReport } from '../workload.ts'
import type { PayloadResult } from './payloads.ts'

const LARGE_BYTES = 8 * 1024 * 1024
/** Of the bare relay's rate, for processes. */
const WANTED_SHARE = 0.8
/** Times the rate of processes, for threads with large payloads. */
const WANTED_TIMES = 3

/** The table of medians, the wishes, and all rounds as data. */
export function payloadReport(results: readonly PayloadResult[]): WorkloadReport {
  const head = [
    'payload',
    'server',
    'req/s',
    'GB/s',
    'CPU us/req',
    'peak RSS MB',
    'failed',
    'to bare',
    'to process',
    'wanted',
  ]
  return {
    text: markdownTable(
      head,
      results.map((result) => row(results, result)),
    ),
    data: results,
  }
}

function row(results: readonly PayloadResult[], result: PayloadResult): string[] {
  const { bytes, server, median } = result
  const toBare = ratio(results, result, 'bare')
  const toProcess = ratio(results, result, 'process')
  return [
    sizeText(bytes),
    server,
    median.requestsPerSecond.toFixed(0),
    median.gigabytesPerSecond.toFixed(3),
    median.cpuUsPerRequest.toFixed(0),
    (median.peakRssBytes / 1e6).toFixed(0),
    String(median.failures),
    `${toBare.toFixed(2)}x`,
    `${toProcess.toFixed(2)}x`,
    wish(result, toBare, toProcess),
  ]
}

function ratio(results: readonly PayloadResult[], { bytes, median }: PayloadResult, server: string): number {
  const other = results.find((one) => one.bytes === bytes && one.server === server)
  return median.requestsPerSecond / (other?.median.requestsPerSecond ?? Number.NaN)
}

function wish({ bytes, server }: PayloadResult, toBare: number, toProcess: number): string {
  if (server === 'process') return met(toBare, WANTED_SHARE)
  return server === 'thread' && bytes === LARGE_BYTES ? met(toProcess, WANTED_TIMES) : ''
}

const met = (got: number, wanted: number): string => `>= ${wanted}x: ${got >= wanted ? 'yes' : 'no'}`

const sizeText = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`
}
