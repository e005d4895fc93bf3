/** Bars in groups as a small SVG; each group has a scale of its own, since cells differ a hundredfold. */

import { shown } from './shown.ts'
import { COLOURS, svg, svgText } from './svg.ts'

/** One bar: a server, or what is wanted of it. */
export interface Bar {
  readonly name: string
  readonly value: number
}

/** A cell and its servers. */
export interface BarGroup {
  readonly name: string
  readonly bars: readonly Bar[]
}

/** What to draw. */
export interface BarChart {
  readonly title: string
  readonly groups: readonly BarGroup[]
}

const WIDTH = 720
const LEFT = 150
const RIGHT = 80
const TOP = 40
const BAR = 14
const GROUP_HEAD = 24

/** Draws it; the longest bar of each group is as wide as the chart. */
export function barChart({ title, groups }: BarChart): string {
  const colours = new Map<string, string>()
  for (const { name } of groups.flatMap(({ bars }) => bars)) {
    if (!colours.has(name)) colours.set(name, COLOURS[colours.size % COLOURS.length] ?? '#000')
  }
  let y = TOP
  const parts = groups.map((group) => {
    const drawn = drawGroup(group, y, colours)
    y += GROUP_HEAD + group.bars.length * BAR
    return drawn
  })
  return svg({ width: WIDTH, height: y + 12, title }, [svgText({ x: 12, y: 20, size: 14 }, title), ...parts])
}

function drawGroup({ name, bars }: BarGroup, top: number, colours: ReadonlyMap<string, string>): string {
  const longest = Math.max(...bars.map(({ value }) => value).filter(Number.isFinite), 1e-9)
  const drawn = bars.map((bar, index) => {
    const y = top + GROUP_HEAD + index * BAR
    const width = Number.isFinite(bar.value) ? (bar.value / longest) * (WIDTH - LEFT - RIGHT) : 0
    const rect = `<rect x="${LEFT}" y="${y - BAR + 4}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${colours.get(bar.name)}"/>`
    const label = svgText({ x: LEFT - 6, y, anchor: 'end' }, bar.name)
    return `${rect}${label}${svgText({ x: LEFT + width + 5, y }, shown(bar.value))}`
  })
  return [svgText({ x: 12, y: top + 6, size: 12 }, name), ...drawn].join('\n')
}
