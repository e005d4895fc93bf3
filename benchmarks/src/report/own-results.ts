/** Workloads that measure ours alone: rounds in turns, a result for each cell, a column for each figure. */

import type { RunSettings } from '../workload.ts'
import { markdownTable } from './markdown-table.ts'
import { medianBy } from './median.ts'
import { type Figure, figureOf, type Result } from './result.ts'

/** One round of a cell: figures by key, and `failures`. */
export type OwnRound = Readonly<Record<string, number>>

/** What is measured, and how. */
export interface OwnCells<Cell> {
  readonly cells: readonly Cell[]
  readonly figures: readonly Figure[]
  readonly measure: (cell: Cell) => Promise<OwnRound>
}

/** Measures all cells, in the other order every second round; the figures are medians. */
export async function ownResults<Cell extends { readonly name: string }>(
  { cells, figures, measure }: OwnCells<Cell>,
  { rounds, print, save }: Pick<RunSettings, 'rounds' | 'print' | 'save'>,
): Promise<Result[]> {
  const measured = new Map<string, OwnRound[]>(cells.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const cell of round % 2 === 1 ? cells : cells.toReversed()) {
      print(`  round ${round}: ${cell.name}\n`)
      measured.get(cell.name)?.push(await measure(cell))
    }
    await save(resultsOf(measured, figures))
  }
  return resultsOf(measured, figures)
}

function resultsOf(measured: ReadonlyMap<string, readonly OwnRound[]>, figures: readonly Figure[]): Result[] {
  return [...measured].map(([cell, rounds]) => ({
    cell,
    server: 'ours',
    isOurs: true,
    figures: Object.fromEntries(
      figures.map(({ key }) => [key, medianBy(rounds, (round) => round[key] ?? Number.NaN)]),
    ),
    failures: rounds.reduce((sum, round) => sum + (round['failures'] ?? 0), 0),
    rounds,
  }))
}

/** A row for each cell. */
export function ownTable(results: readonly Result[], figures: readonly Figure[]): string {
  const head = ['cell', ...figures.map(({ title }) => title), 'failed']
  const rows = results.map((result) => [
    result.cell,
    ...figures.map((figure) => figureOf(result, figure).toFixed(figure.digits)),
    String(result.failures),
  ])
  return markdownTable(head, rows)
}
