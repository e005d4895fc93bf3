/** Results as a table for the terminal and for Markdown. */

import type { VariantResult } from '../rounds.ts'
import { markdownTable } from './markdown-table.ts'

/** One row per variant; ratios are ours over the peer's, in the same cell. */
export function table(results: readonly VariantResult[]): string {
  const head = [
    'cell',
    'server',
    'req/s',
    'CPU us/req',
    'p50 ms',
    'p99 ms',
    'failed',
    'ours/it: req/s',
    'ours/it: CPU',
  ]
  return markdownTable(
    head,
    results.map((result) => row(result, oursInCell(results, result))),
  )
}

function oursInCell(
  results: readonly VariantResult[],
  { variant }: VariantResult,
): VariantResult | undefined {
  return results.find((other) => other.variant.cell === variant.cell && other.variant.peer.name === 'ours')
}

function row({ variant, median }: VariantResult, ours: VariantResult | undefined): string[] {
  const ratio = (pick: 'requestsPerSecond' | 'cpuUsPerRequest'): string =>
    ours === undefined ? '' : `${(ours.median[pick] / median[pick]).toFixed(2)}x`
  const isOurs = variant.peer.name === 'ours'
  return [
    variant.cell,
    variant.peer.name,
    median.requestsPerSecond.toFixed(0),
    median.cpuUsPerRequest.toFixed(1),
    median.p50Ms.toFixed(2),
    median.p99Ms.toFixed(2),
    String(median.failures),
    isOurs ? '' : ratio('requestsPerSecond'),
    isOurs ? '' : ratio('cpuUsPerRequest'),
  ]
}
