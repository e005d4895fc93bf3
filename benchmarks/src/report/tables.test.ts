import { describe, expect, it } from 'vitest'
import { barChart } from './bar-chart.ts'
import { comparisonTable } from './comparison-table.ts'
import {
  exampleFigures as figures,
  exampleResults as results,
  exampleWishes as wishes,
} from './example-results.ts'
import { findingsTable } from './findings.ts'
import { lineChart } from './line-chart.ts'
import { summary } from './summary.ts'

describe('the table of a comparison', () => {
  it('has ours beside each peer: both figures, the ratio, what is wanted, and whether it is so', () => {
    expect(comparisonTable({ figures, results, wishes }).split('\n')).toEqual([
      '| cell | server | against | req/s | ratio | p50 ms | ratio | failed | wanted | met |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      '| JSON, c = 1 | ours |  | 170 |  | 5.8 |  | 0 | p50 ms <= 6.5 | met |',
      '| JSON, c = 1 | ours | mosec | 170 / 60 | 2.83x | 5.8 / 17.5 | 0.33x | 0 / 0 | req/s >= 2x | met |',
      '| JSON, c = 1 | ours, thread | mosec | 200 / 60 | 3.33x | 7.4 / 17.5 | 0.42x | 0 / 0 | req/s >= 2x | met |',
      '| JSON, c = 64 | ours | mosec | 1500 / 1000 | 1.50x | 40.0 / 60.0 | 0.67x | 0 / 0 | req/s >= 2x | NOT met |',
    ])
  })

  it('shows a peer that answered nothing, without a ratio', () => {
    const silent = results.map((result) =>
      result.server === 'mosec' ? { ...result, figures: { perSecond: 0 }, failures: 7 } : result,
    )
    const rows = comparisonTable({ figures, results: silent, wishes }).split('\n')
    expect(rows.at(-1)).toBe(
      '| JSON, c = 64 | ours | mosec | 1500 / 0 |  | 40.0 / - |  | 0 / 7 | req/s >= 2x | not measured |',
    )
  })

  it('has one of ours beside another where a wish names that', () => {
    const wish = { figure: 'perSecond', server: 'ours, thread', over: 'ours', atLeast: 3 }
    const rows = comparisonTable({ figures, results, wishes: [wish] }).split('\n')
    expect(rows.filter((row) => row.includes('req/s >= 3x'))).toEqual([
      '| JSON, c = 1 | ours, thread | ours | 200 / 170 | 1.18x | 7.4 / 5.8 | 1.28x | 0 / 0 | req/s >= 3x | NOT met |',
    ])
    expect(rows.filter((row) => row.startsWith('| JSON, c = 1 | ours |'))).toHaveLength(1)
  })

  it('has a row for ours where there is no peer', () => {
    const alone = results.filter(({ isOurs }) => isOurs).slice(-1)
    const rows = comparisonTable({ figures, results: alone, wishes: [] }).split('\n')
    expect(rows.slice(2)).toEqual(['| JSON, c = 64 | ours |  | 1500 |  | 40.0 |  | 0 |  |  |'])
  })
})

const findings = [
  { what: 'innocents that failed', wanted: '0', measured: '0 of 9', isMet: true },
  { what: 'goodput', wanted: '>= 95 %', measured: '90 %', isMet: false },
  { what: 'req/s over mosec', wanted: '>= 2x', measured: 'nothing', isMet: undefined },
]

describe('findings', () => {
  it('are a table', () => {
    expect(findingsTable(findings).split('\n').slice(2)).toEqual([
      '| innocents that failed | 0 | 0 of 9 | met |',
      '| goodput | >= 95 % | 90 % | NOT met |',
      '| req/s over mosec | >= 2x | nothing | not measured |',
    ])
  })

  it('of all workloads are counted, what could not be measured apart', () => {
    const text = summary([
      { id: 'W6', findings: findings.slice(0, 1) },
      { id: 'W5', findings: findings.slice(1) },
    ])
    expect(text).toContain('| W5 | goodput | >= 95 % | 90 % | NOT met |')
    expect(text).toMatch(/\n\nmet: 1 of 3, 1 not measured$/)
    expect(summary([{ id: 'runtimes', findings: [] }])).toBe('no figure is wanted of these workloads')
  })
})

describe('a chart of bars', () => {
  it('has a scale for each group, the same colour for a server, and no bar for nothing', () => {
    const svg = barChart({
      title: 'a < b',
      groups: [
        { name: 'small', bars: [bar('ours', 1), bar('mosec', 2)] },
        { name: 'large', bars: [bar('ours', 400), bar('mosec', Number.NaN)] },
      ],
    })
    const bars = [...svg.matchAll(/<rect x="150" [^>]*width="([\d.]+)"[^>]*fill="([^"]+)"/g)]
    expect(bars.map(([, width]) => Number(width))).toEqual([245, 490, 490, 0])
    expect(bars.map(([, , colour]) => colour)).toEqual([
      bars[0]?.[2],
      bars[1]?.[2],
      bars[0]?.[2],
      bars[1]?.[2],
    ])
    expect(svg).toContain('a &lt; b')
    expect(svg).not.toContain('NaN')
  })
})

describe('a chart of curves', () => {
  it('has each tenfold at the same distance where it is logarithmic', () => {
    const svg = lineChart({
      title: 'growth',
      xLabel: 'times as many',
      yLabel: 'cost',
      isXLogarithmic: true,
      curves: [{ name: 'connections', points: [1, 10, 100].map((x) => [x, 1] as const) }],
      line: { y: 1.15, name: 'wanted' },
    })
    const [, points = ''] = /<polyline [^>]*points="([^"]+)"/.exec(svg) ?? []
    const [one = 0, ten = 0, hundred = 0] = points.split(' ').map((point) => Number.parseFloat(point))
    expect(ten - one).toBeGreaterThan(0)
    expect(hundred - ten).toBeCloseTo(ten - one, 0)
    expect(svg).toContain('stroke-dasharray')
    expect(svg).not.toContain('NaN')
  })
})

const bar = (name: string, value: number): { name: string; value: number } => ({ name, value })
