/** Ours beside each peer, cell by cell: `ours / peer` and the ratio of each figure, what is wanted, and whether it is so. */

import { metText } from './findings.ts'
import { markdownTable } from './markdown-table.ts'
import { type Figure, figureOf, type Result } from './result.ts'
import { boundText, isAbout, judge, titleOf, type Wish } from './wish.ts'

/** What is compared. */
export interface Comparison {
  readonly figures: readonly Figure[]
  readonly results: readonly Result[]
  readonly wishes: readonly Wish[]
}

/** A row for each of ours against each peer of its cell, and one for what is wanted of ours alone. */
export function comparisonTable(comparison: Comparison): string {
  const { figures, results, wishes } = comparison
  const head = ['cell', 'server', 'against', ...figures.flatMap(({ title }) => [title, 'ratio']), 'failed']
  const rows = results
    .filter(({ isOurs }) => isOurs)
    .flatMap((ours) => rowsOf(ours, comparedWith(ours, results, wishes), comparison))
  return markdownTable([...head, 'wanted', 'met'], rows)
}

/** The peers of its cell, and those of ours that a wish names. */
function comparedWith(ours: Result, results: readonly Result[], wishes: readonly Wish[]): Result[] {
  const named = wishes.filter((wish) => isAbout(wish, ours)).map(({ over }) => over)
  return results.filter(
    ({ cell, server, isOurs }) => cell === ours.cell && (!isOurs || named.includes(server)),
  )
}

function rowsOf(ours: Result, peers: readonly Result[], comparison: Comparison): string[][] {
  const alone = wishCells(ours, undefined, comparison)
  return [
    ...(alone[0] === '' && peers.length > 0 ? [] : [aloneRow(ours, alone, comparison)]),
    ...peers.map((peer) => besideRow(ours, peer, comparison)),
  ]
}

function aloneRow(ours: Result, wishes: readonly string[], { figures }: Comparison): string[] {
  const cells = figures.flatMap((figure) => [fixed(figureOf(ours, figure), figure), ''])
  return [ours.cell, ours.server, '', ...cells, String(ours.failures), ...wishes]
}

function besideRow(ours: Result, peer: Result, comparison: Comparison): string[] {
  const cells = comparison.figures.flatMap((figure) => {
    const [mine, its] = [figureOf(ours, figure), figureOf(peer, figure)]
    const ratio = mine / its
    return [
      `${fixed(mine, figure)} / ${fixed(its, figure)}`,
      Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '',
    ]
  })
  const failed = `${ours.failures} / ${peer.failures}`
  return [ours.cell, ours.server, peer.server, ...cells, failed, ...wishCells(ours, peer, comparison)]
}

const fixed = (value: number, { digits }: Figure): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '-'

/** The last two columns. */
function wishCells(
  ours: Result,
  peer: Result | undefined,
  { wishes, results, figures }: Comparison,
): [wanted: string, met: string] {
  const judged = judge(
    wishes.filter(({ over }) => over === peer?.server),
    results,
  ).filter(({ result }) => result === ours)
  return [
    judged.map(({ wish }) => `${titleOf(wish, figures)} ${boundText(wish)}`).join(', '),
    judged.map(({ isMet }) => metText(isMet)).join(', '),
  ]
}
