/** What is wanted of ours, as data: a workload says it beside its cells, and nowhere else. */

import { type Figure, figureOf, type Result } from './result.ts'
import { hasWords } from './words.ts'

/** One figure and its bound. */
export interface Wish {
  /** Key of the figure. */
  readonly figure: string
  /** The peer by whose figure ours is divided; without one ours counts as it is. */
  readonly over?: string
  /** Which server of ours; all of them when left out. */
  readonly server?: string
  /** Words of the cells that it is about, as {@link hasWords} takes them; all of them when left out. */
  readonly cell?: string
  readonly atLeast?: number
  readonly atMost?: number
}

/** A wish held against a result. */
export interface Judged {
  readonly wish: Wish
  readonly result: Result
  /** Ours, or ours over the peer's; NaN where one of them is missing. */
  readonly measured: number
  /** Undefined where it could not be measured. */
  readonly isMet: boolean | undefined
}

/** Each wish for each result that it is about. */
export function judge(wishes: readonly Wish[], results: readonly Result[]): Judged[] {
  return wishes.flatMap((wish) =>
    results
      .filter((result) => isAbout(wish, result))
      .map((result) => {
        const measured = measuredFor(wish, result, results)
        return {
          wish,
          result,
          measured,
          isMet: Number.isFinite(measured) ? isWithin(wish, measured) : undefined,
        }
      }),
  )
}

/** The title of its figure: `req/s`. */
export function titleOf({ figure }: Wish, figures: readonly Figure[]): string {
  return figures.find(({ key }) => key === figure)?.title ?? figure
}

/** `>= 2x`. */
export function boundText({ over, atLeast, atMost }: Wish): string {
  const unit = over === undefined ? '' : 'x'
  const bounds = [
    ...(atLeast === undefined ? [] : [`>= ${atLeast}${unit}`]),
    ...(atMost === undefined ? [] : [`<= ${atMost}${unit}`]),
  ]
  return bounds.join(' and ')
}

/** Whether it wants something of this result. */
export function isAbout({ server, cell }: Wish, result: Result): boolean {
  if (!result.isOurs || (server !== undefined && server !== result.server)) return false
  return cell === undefined || hasWords(result.cell, cell)
}

function measuredFor({ figure, over }: Wish, result: Result, results: readonly Result[]): number {
  const ours = figureOf(result, { key: figure })
  if (over === undefined) return ours
  const peer = results.find(({ cell, server }) => cell === result.cell && server === over)
  return ours / figureOf(peer, { key: figure })
}

function isWithin(
  { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Wish,
  value: number,
): boolean {
  return value >= atLeast && value <= atMost
}
