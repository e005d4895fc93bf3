/** What the adapter costs beyond the library alone, with the chance in it. */

import { median } from '../report/slope.ts'
import type { OpenCase } from './runtime-case.ts'

/** Shares of what the library alone takes. */
export interface AdapterCost {
  /** Of time, the median of all turns. */
  readonly time: number
  /** How far the median may be off: its standard error. */
  readonly noise: number
  /** Of processor time, of all threads: what other programs do is not in it. */
  readonly cpu: number
}

/** How long it is measured. */
export interface CostOptions {
  readonly batchSize: number
  readonly limitMs: number
}

/** A turn of one way is so many batches that the clock, and one interruption, are small beside it. */
const turnMs = 5
/** Functions that run often are compiled anew; a server's have been. */
const warmUpBatches = 200
const fewestTurns = 10
const wantedNoise = 0.003

/** The two ways take turns, the first one changing: what disturbs one disturbs the other. */
export async function adapterCost(
  opened: OpenCase,
  { batchSize, limitMs }: CostOptions,
): Promise<AdapterCost> {
  const adapter = (): Promise<void> => opened.adapter(batchSize)
  const bare = (): Promise<void> => opened.bare(batchSize)
  const batchMs = await warmUp([adapter, bare], limitMs / 4)
  const batches = Math.max(1, Math.round(turnMs / batchMs))
  const times: number[] = []
  const cpus: number[] = []
  const endMs = performance.now() + limitMs
  for (
    let turn = 0;
    turn < fewestTurns || (performance.now() < endMs && noiseOf(times) > wantedNoise);
    turn += 1
  ) {
    const isAdapterFirst = turn % 2 === 0
    const first = await spent(isAdapterFirst ? adapter : bare, batches)
    const second = await spent(isAdapterFirst ? bare : adapter, batches)
    const [ours, theirs] = isAdapterFirst ? [first, second] : [second, first]
    times.push(ours.ms / theirs.ms)
    cpus.push(ours.cpuMs / theirs.cpuMs)
  }
  return { time: median(times) - 1, noise: noiseOf(times), cpu: median(cpus) - 1 }
}

/** Gives how long the fastest batch took. */
async function warmUp(ways: readonly (() => Promise<void>)[], limitMs: number): Promise<number> {
  const endMs = performance.now() + limitMs
  let fastestMs = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < warmUpBatches && (batch === 0 || performance.now() < endMs); batch += 1) {
    for (const run of ways) fastestMs = Math.min(fastestMs, (await spent(run, 1)).ms)
  }
  return fastestMs
}

interface Spent {
  readonly ms: number
  readonly cpuMs: number
}

async function spent(run: () => Promise<void>, batches: number): Promise<Spent> {
  const startedMs = performance.now()
  const cpuBefore = process.cpuUsage()
  for (let batch = 0; batch < batches; batch += 1) await run()
  const { user, system } = process.cpuUsage(cpuBefore)
  return { ms: performance.now() - startedMs, cpuMs: (user + system) / 1000 }
}

/** The standard error of a median, from the middle half of the values: outliers do not count. */
function noiseOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return (0.93 * (at(0.75) - at(0.25))) / Math.sqrt(sorted.length)
}
