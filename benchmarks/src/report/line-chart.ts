/** A few curves as a small SVG that any viewer shows. */

import { COLOURS, svg, svgText as text } from './svg.ts'

/** A curve. */
export interface Curve {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** What to draw. */
export interface LineChart {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  /** Each ten times as far to the right as the last; from above zero on. */
  readonly isXLogarithmic?: true
  readonly curves: readonly Curve[]
  /** A dashed line across, such as the best that can be. */
  readonly line?: { readonly y: number; readonly name: string }
}

const WIDTH = 640
const HEIGHT = 320
const LEFT = 64
const RIGHT = 150
const TOP = 36
const BOTTOM = 48
const TICKS = 4

/** Draws it; the y axis begins at zero. */
export function lineChart(chart: LineChart): string {
  const points = chart.curves.flatMap(({ points }) => points)
  const highest = Math.max(...points.map(([, y]) => y), chart.line?.y ?? 0, 1e-9) * 1.05
  const [first, last] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))]
  const far = chart.isXLogarithmic === true ? Math.log10 : (value: number) => value
  const width = far(last) - far(first) || 1
  const x = (value: number): number => LEFT + ((far(value) - far(first)) / width) * (WIDTH - LEFT - RIGHT)
  const xTicks =
    chart.isXLogarithmic === true
      ? powersOfTen(first, last)
      : ticks(last - first).map((value) => first + value)
  const y = (value: number): number => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - TOP - BOTTOM)
  const parts = [
    text({ x: LEFT, y: 20, size: 14 }, chart.title),
    text({ x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 10, anchor: 'middle' }, chart.xLabel),
    text({ x: LEFT, y: TOP - 4 }, chart.yLabel),
    ...ticks(highest).map((value) => grid(y(value), shown(value))),
    ...xTicks.map((value) => text({ x: x(value), y: HEIGHT - BOTTOM + 16, anchor: 'middle' }, shown(value))),
    ...(chart.line === undefined ? [] : [dashed(y(chart.line.y), chart.line.name)]),
    ...chart.curves.map((curve, index) => drawCurve(curve, index, { x, y })).reverse(),
  ]
  return svg({ width: WIDTH, height: HEIGHT, title: chart.title }, parts)
}

interface Scales {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

/** Later curves lie under earlier ones and are broader, so that equal ones are all seen. */
function drawCurve({ name, points }: Curve, index: number, { x, y }: Scales): string {
  const colour = COLOURS[index % COLOURS.length] ?? '#000'
  const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ')
  const legendY = TOP + 12 + index * 16
  const line = `<polyline fill="none" stroke="${colour}" stroke-width="${2 + 2 * Math.min(index, 2)}" points="${path}"/>`
  return `${line}\n${text({ x: WIDTH - RIGHT + 10, y: legendY, colour }, name)}`
}

function ticks(highest: number): number[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => (highest * index) / TICKS)
}

function powersOfTen(first: number, last: number): number[] {
  const [lowest, highest] = [Math.ceil(Math.log10(first)), Math.floor(Math.log10(last))]
  return Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index))
}

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2))

function grid(y: number, label: string): string {
  const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#ddd"/>`
  return `${line}${text({ x: LEFT - 6, y: y + 4, anchor: 'end' }, label)}`
}

function dashed(y: number, name: string): string {
  const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#666" stroke-dasharray="5 4"/>`
  return `${line}${text({ x: WIDTH - RIGHT + 10, y: y + 4, colour: '#666' }, name)}`
}
