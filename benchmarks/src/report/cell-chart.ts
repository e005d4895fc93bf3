/** One figure of all servers, a group of bars for each cell. */

import { barChart } from './bar-chart.ts'
import { type Figure, figureOf, type Result } from './result.ts'

/** Draws it in the order of the results. */
export function cellChart(title: string, figure: Figure, results: readonly Result[]): string {
  const names = [...new Set(results.map(({ cell }) => cell))]
  return barChart({
    title: `${title}: ${figure.title}`,
    groups: names.map((name) => ({
      name,
      bars: results
        .filter(({ cell }) => cell === name)
        .map((result) => ({ name: result.server, value: figureOf(result, figure) })),
    })),
  })
}
