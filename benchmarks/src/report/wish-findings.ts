/** Wishes over many cells, each as one finding: met only where every cell is, with the worst one named. */

import type { Finding } from './findings.ts'
import type { Figure, Result } from './result.ts'
import { shown } from './shown.ts'
import { boundText, type Judged, judge, titleOf, type Wish } from './wish.ts'

/** One finding for each wish that is about any of the results. */
export function wishFindings(
  wishes: readonly Wish[],
  results: readonly Result[],
  figures: readonly Figure[],
): Finding[] {
  return wishes.flatMap((wish) => {
    const judged = judge([wish], results)
    return judged.length === 0 ? [] : [findingOf(wish, judged, figures)]
  })
}

function findingOf(wish: Wish, judged: readonly Judged[], figures: readonly Figure[]): Finding {
  const servers = wish.server ?? [...new Set(judged.map(({ result }) => result.server))].join(' / ')
  const place = wish.cell === undefined ? servers : `${servers}, ${wish.cell}`
  const over = wish.over === undefined ? '' : ` over ${wish.over}`
  const told = { what: `${place}: ${titleOf(wish, figures)}${over}`, wanted: boundText(wish) }
  const measured = judged.filter(({ isMet }) => isMet !== undefined)
  if (measured.length === 0) return { ...told, measured: 'nothing', isMet: undefined }
  return { ...told, measured: measuredText(wish, measured), isMet: measured.every(({ isMet }) => isMet) }
}

function measuredText(wish: Wish, judged: readonly Judged[]): string {
  const text = (one: Judged | undefined): string =>
    `${shown(one?.measured ?? Number.NaN)}${wish.over === undefined ? '' : 'x'}`
  if (judged.length === 1) return text(judged[0])
  const rising = judged.toSorted((a, b) => a.measured - b.measured)
  const [worst, best] = wish.atLeast === undefined ? [rising.at(-1), rising[0]] : [rising[0], rising.at(-1)]
  const met = judged.filter(({ isMet }) => isMet).length
  return `${met} of ${judged.length} cells; ${text(best)} to ${text(worst)} (${worst?.result.server}, ${worst?.result.cell})`
}
