/** W7 as a table: each isolation beside the bare relay, threads beside processes, and whether what is wanted is met. */

import { cellChart } from '../report/cell-chart.ts'
import { comparisonTable } from '../report/comparison-table.ts'
import type { Figure, Result } from '../report/result.ts'
import type { Wish } from '../report/wish.ts'
import { wishFindings } from '../report/wish-findings.ts'
import type { WorkloadReport } from '../workload.ts'
import type { PayloadResult } from './payloads.ts'

const figures: readonly [Figure, ...Figure[]] = [
  { key: 'gigabytesPerSecond', title: 'GB/s', digits: 3 },
  { key: 'requestsPerSecond', title: 'req/s', digits: 0 },
  { key: 'cpuUsPerRequest', title: 'CPU us/req', digits: 0 },
  { key: 'peakRssMb', title: 'peak RSS MB', digits: 0 },
]

/** The table, the wishes, and a chart. */
export function payloadReport(payloads: readonly PayloadResult[], wishes: readonly Wish[]): WorkloadReport {
  const results = payloads.map(resultOf)
  return {
    text: comparisonTable({ figures, results, wishes }),
    findings: wishFindings(wishes, results, figures),
    charts: { rates: cellChart('payloads through 2 stages', figures[0], results) },
  }
}

function resultOf({ bytes, server, median, rounds }: PayloadResult): Result {
  return {
    cell: sizeText(bytes),
    server,
    isOurs: !server.startsWith('bare'),
    figures: { ...median, peakRssMb: median.peakRssBytes / 1e6 },
    failures: median.failures,
    rounds: rounds.map((round) => ({ ...round })),
  }
}

/** `600 KiB`: the name of a cell. */
export const sizeText = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`
}
