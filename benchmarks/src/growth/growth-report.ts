/** What W9 found: for each thing that grows a table, and whether the cost stays. */

import type { Finding } from '../report/findings.ts'
import { markdownTable } from '../report/markdown-table.ts'
import { type Axis, type Place, REFERENCE_DEPTH } from './axes.ts'

/** Growth of the cost that is wanted at most, as a share. */
const WANTED = 0.15

/** CPU of a request in microseconds. */
export interface PlaceCost {
  /** Of all processes. */
  readonly cpuUs: number
  /** Of the server's own process. */
  readonly ingressUs: number
  readonly failures: number
}

/** Tables and findings. */
export function growthReport(
  axes: readonly Axis[],
  costAt: (place: Place) => PlaceCost | undefined,
  depths: readonly (readonly [depth: number, cpuUs: number])[],
): { readonly text: string; readonly findings: readonly Finding[] } {
  const usualUs = usualCostUs(axes, costAt)
  return {
    text: [...axes.map((axis) => axisTable(axis, costAt)), depthTable(depths, usualUs)].join('\n\n'),
    findings: [...axes.map((axis) => axisFinding(axis, costAt)), depthFinding(depths, usualUs)],
  }
}

function axisTable(
  { name, sizes, reference, at }: Axis,
  costAt: (place: Place) => PlaceCost | undefined,
): string {
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
function axisFinding(
  { name, sizes, reference, at }: Axis,
  costAt: (place: Place) => PlaceCost | undefined,
): Finding {
  const base = costAt(at(reference))?.cpuUs
  const judged = sizes.filter((size) => size > reference)
  const growths = judged.map((size) => ratio(costAt(at(size))?.cpuUs, base) - 1)
  return finding(`${name} ${reference} to ${judged.at(-1)}: CPU per request`, Math.max(...growths))
}

function depthTable(depths: readonly (readonly [number, number])[], usualUs: number): string {
  const base = depthBase(depths)
  const rows = depths.map(([depth, us]) => [`${depth}`, us.toFixed(2), percent((us - base) / usualUs)])
  return markdownTable(['waiting', 'CPU us, scheduler alone', 'of a request, more than at 64'], rows)
}

/** Held against the whole request, of which the scheduler is a small part. */
function depthFinding(depths: readonly (readonly [number, number])[], usualUs: number): Finding {
  const base = depthBase(depths)
  const growths = depths.flatMap(([depth, us]) => (depth > REFERENCE_DEPTH ? (us - base) / usualUs : []))
  return finding(`${REFERENCE_DEPTH} to ${depths.at(-1)?.[0]} waiting: CPU per request`, Math.max(...growths))
}

function finding(what: string, growth: number): Finding {
  const isMet = Number.isFinite(growth) ? growth <= WANTED : undefined
  return { what, wanted: `at most +${percent(WANTED)}`, measured: signed(growth), isMet }
}

const depthBase = (depths: readonly (readonly [number, number])[]): number =>
  depths.find(([depth]) => depth === REFERENCE_DEPTH)?.[1] ?? Number.NaN

/** Of a request with 64 connections, one replica, one route. */
function usualCostUs(axes: readonly Axis[], costAt: (place: Place) => PlaceCost | undefined): number {
  const routes = axes.find(({ name }) => name === 'routes')
  return (routes === undefined ? undefined : costAt(routes.at(1))?.cpuUs) ?? Number.NaN
}

const ratio = (one: number | undefined, other: number | undefined): number =>
  (one ?? Number.NaN) / (other ?? Number.NaN)
const microseconds = (us: number | undefined): string => us?.toFixed(1) ?? ''
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
const signed = (share: number): string => `${share < 0 ? '' : '+'}${percent(share)}`
