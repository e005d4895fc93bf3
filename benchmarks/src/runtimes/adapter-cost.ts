/** What the adapter costs beyond the library alone, with the chance in it. */

import { median } from '../report/slope.ts'
import type { OpenCase } from './runtime-case.ts'

/** Shares of what the library alone takes. */
export interface AdapterCost {
  /** The median over all pairs of batches. */
  readonly time: number
  /** How far that may be off: its standard error. */
  readonly noise: number
  /** Of the fastest tenth of the batches, which other programs on the machine hardly touched. */
  readonly undisturbed: number
}

/** How long it is measured. */
export interface CostOptions {
  readonly batchSize: number
  readonly limitMs: number
}

/** Functions that run often are compiled anew; a server's have been. */
const warmUpPairs = 200
const fewestPairs = 10
const wantedNoise = 0.003

/** The two ways take turns, the first one changing: what disturbs one disturbs the other. */
export async function adapterCost(
  opened: OpenCase,
  { batchSize, limitMs }: CostOptions,
): Promise<AdapterCost> {
  const ways = { ours: () => opened.adapter(batchSize), theirs: () => opened.bare(batchSize) }
  const warmUpEndMs = performance.now() + limitMs / 4
  for (let pair = 0; pair < warmUpPairs && performance.now() < warmUpEndMs; pair += 1) await timed(ways, pair)
  const pairs: Pair[] = []
  const endMs = performance.now() + limitMs
  while (pairs.length < fewestPairs || (performance.now() < endMs && !isPrecise(pairs)))
    pairs.push(await timed(ways, pairs.length))
  const ratios = pairs.map(({ ours, theirs }) => ours / theirs)
  const fast = (way: keyof Pair): number =>
    quantile(
      pairs.map((pair) => pair[way]),
      0.1,
    )
  return {
    time: median(ratios) - 1,
    noise: noiseOf(ratios),
    undisturbed: fast('ours') / fast('theirs') - 1,
  }
}

/** Milliseconds of a batch each way. */
interface Pair {
  readonly ours: number
  readonly theirs: number
}

type Ways = Readonly<Record<keyof Pair, () => Promise<void>>>

async function timed({ ours, theirs }: Ways, pair: number): Promise<Pair> {
  if (pair % 2 === 0) return { ours: await timeMs(ours), theirs: await timeMs(theirs) }
  const theirMs = await timeMs(theirs)
  return { ours: await timeMs(ours), theirs: theirMs }
}

async function timeMs(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await run()
  return performance.now() - startedMs
}

/** Looked at now and then: it sorts. Short batches are many, so that the fastest tenth of them is some hundreds. */
function isPrecise(pairs: readonly Pair[]): boolean {
  if (pairs.length % pairsBetweenLooks > 0) return false
  return noiseOf(pairs.map(({ ours, theirs }) => ours / theirs)) < wantedNoise
}

const pairsBetweenLooks = 2000

/** The standard error of a median, from the middle half of the values: outliers do not count. */
function noiseOf(values: readonly number[]): number {
  return (0.93 * (quantile(values, 0.75) - quantile(values, 0.25))) / Math.sqrt(values.length)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}
