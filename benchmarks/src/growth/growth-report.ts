/** What W9 found: for each thing that grows a table, and whether the cost stays. */

import type { Finding } from '../report/findings.ts'
import { type Curve, lineChart } from '../report/line-chart.ts'
import { markdownTable } from '../report/markdown-table.ts'
import type { WorkloadReport } from '../workload.ts'
import { type Axis, axes, keyOf, type Place, REFERENCE_DEPTH } from './axes.ts'
import type { GrowthData, PlaceCost } from './growth-data.ts'

/** Growth of the cost that is wanted at most, as a share. */
const WANTED = 0.15

type CostAt = (place: Place) => PlaceCost | undefined

/** Tables, findings, and a curve for each thing that grows. */
export function growthReport({ isQuick, medians, depths }: GrowthData): WorkloadReport {
  const costs = new Map(medians)
  const costAt: CostAt = (place) => costs.get(keyOf(place))
  const all = axes(isQuick)
  const usualUs = usualCostUs(all, costAt)
  return {
    text: [...all.map((axis) => axisTable(axis, costAt)), depthTable(depths, usualUs)].join('\n\n'),
    findings: [...all.map((axis) => axisFinding(axis, costAt)), depthFinding(depths, usualUs)],
    charts: { growth: chartOf([...all.map((axis) => axisCurve(axis, costAt)), depthCurve(depths, usualUs)]) },
  }
}

function chartOf(curves: readonly Curve[]): string {
  return lineChart({
    title: 'CPU of a request when one thing grows',
    xLabel: 'times as many as at the reference',
    yLabel: 'of that at the reference',
    isXLogarithmic: true,
    curves,
    line: { y: 1 + WANTED, name: `wanted: +${percent(WANTED)}` },
  })
}

/** What is below the reference is not judged, and not drawn. */
function axisCurve({ name, sizes, reference, at }: Axis, costAt: CostAt): Curve {
  const base = costAt(at(reference))?.cpuUs
  const drawn = sizes.filter((size) => size >= reference)
  return {
    name,
    points: drawn.map((size) => [size / reference, ratio(costAt(at(size))?.cpuUs, base)] as const),
  }
}

function depthCurve(depths: GrowthData['depths'], usualUs: number): Curve {
  const base = depthBase(depths)
  const drawn = depths.filter(([depth]) => depth >= REFERENCE_DEPTH)
  return {
    name: 'waiting tasks',
    points: drawn.map(([depth, us]) => [depth / REFERENCE_DEPTH, 1 + (us - base) / usualUs] as const),
  }
}

function axisTable({ name, sizes, reference, at }: Axis, costAt: CostAt): string {
  const base = costAt(at(reference))
  const rows = sizes.map((size) => {
    const cost = costAt(at(size))
    return [
      `${size}`,
      microseconds(cost?.cpuUs),
      microseconds(cost?.ingressUs),
      ratio(cost?.cpuUs, base?.cpuUs).toFixed(2),
      `${cost?.failures ?? ''}`,
    ]
  })
  return markdownTable([name, 'CPU us', 'server alone', `of that at ${reference}`, 'failed'], rows)
}

/** The dearest place from the reference on. */
function axisFinding({ name, sizes, reference, at }: Axis, costAt: CostAt): Finding {
  const base = costAt(at(reference))?.cpuUs
  const judged = sizes.filter((size) => size > reference)
  const growths = judged.map((size) => ratio(costAt(at(size))?.cpuUs, base) - 1)
  return finding(`${name} ${reference} to ${judged.at(-1)}: CPU per request`, Math.max(...growths))
}

function depthTable(depths: GrowthData['depths'], usualUs: number): string {
  const base = depthBase(depths)
  const rows = depths.map(([depth, us]) => [`${depth}`, us.toFixed(2), percent((us - base) / usualUs)])
  return markdownTable(['waiting', 'CPU us, scheduler alone', 'of a request, more than at 64'], rows)
}

/** Held against the whole request, of which the scheduler is a small part. */
function depthFinding(depths: GrowthData['depths'], usualUs: number): Finding {
  const base = depthBase(depths)
  const growths = depths.flatMap(([depth, us]) => (depth > REFERENCE_DEPTH ? (us - base) / usualUs : []))
  return finding(`${REFERENCE_DEPTH} to ${depths.at(-1)?.[0]} waiting: CPU per request`, Math.max(...growths))
}

function finding(what: string, growth: number): Finding {
  const isMet = Number.isFinite(growth) ? growth <= WANTED : undefined
  return { what, wanted: `at most +${percent(WANTED)}`, measured: signed(growth), isMet }
}

const depthBase = (depths: GrowthData['depths']): number =>
  depths.find(([depth]) => depth === REFERENCE_DEPTH)?.[1] ?? Number.NaN

/** Of a request with 64 connections, one replica, one route. */
function usualCostUs(all: readonly Axis[], costAt: CostAt): number {
  const routes = all.find(({ name }) => name === 'routes')
  return (routes === undefined ? undefined : costAt(routes.at(1))?.cpuUs) ?? Number.NaN
}

const ratio = (one: number | undefined, other: number | undefined): number =>
  (one ?? Number.NaN) / (other ?? Number.NaN)
const microseconds = (us: number | undefined): string => us?.toFixed(1) ?? ''
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const signed = (share: number): string => `${share < 0 ? '' : '+'}${percent(share)}`
