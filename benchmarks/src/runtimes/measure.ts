/** Times and leaks of one loaded model. */

import type { OpenModel } from './subject.ts'

/** One batch size. */
export interface Cell {
  readonly batchSize: number
  /** Medians, per item. */
  readonly bareMs: number
  readonly adaptedMs: number
  readonly runs: number
}

/** What many batches left behind. */
export interface Leak {
  readonly batches: number
  readonly batchSize: number
  readonly tensorsBefore: number | undefined
  readonly tensorsAfter: number | undefined
  /** In MB, at a tenth of the way and at its end: what grows at first is caches. */
  readonly rssEarlyMb: number
  readonly rssLateMb: number
}

/** A batch that takes longer is not repeated for larger ones. */
const tooLongMs = 5_000
const leastRuns = 5

/** Runs by hand and through the adapter in turns, for about so many seconds a batch size. */
export async function measureSpeed(
  model: OpenModel,
  batchSizes: readonly number[],
  seconds: number,
): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const batchSize of batchSizes) {
    const cell = await measureCell(model, batchSize, seconds)
    cells.push(cell)
    if (cell.bareMs * batchSize > tooLongMs) break
  }
  return cells
}

async function measureCell(model: OpenModel, batchSize: number, seconds: number): Promise<Cell> {
  const items = model.items(batchSize)
  const times = { bare: [] as number[], adapted: [] as number[] }
  await model.bare(items)
  await model.adapted(items)
  const endMs = performance.now() + seconds * 1_000
  for (let run = 0; run < leastRuns || performance.now() < endMs; run += 1) {
    // Each goes first every other time.
    const order = run % 2 === 0 ? (['bare', 'adapted'] as const) : (['adapted', 'bare'] as const)
    for (const way of order) {
      const startMs = performance.now()
      await model[way](items)
      times[way].push(performance.now() - startMs)
    }
    if ((times.bare[0] ?? 0) > tooLongMs && run >= 2) break
  }
  return {
    batchSize,
    bareMs: median(times.bare) / batchSize,
    adaptedMs: median(times.adapted) / batchSize,
    runs: times.bare.length,
  }
}

/** Computes so many batches through the adapter. */
export async function measureLeak(model: OpenModel, batches: number, batchSize: number): Promise<Leak> {
  const items = model.items(batchSize)
  const early = Math.ceil(batches / 10)
  await compute(model, items, early)
  const tensorsBefore = model.held()
  const rssEarlyMb = rssMb()
  await compute(model, items, batches - early)
  return { batches, batchSize, tensorsBefore, tensorsAfter: model.held(), rssEarlyMb, rssLateMb: rssMb() }
}

async function compute(model: OpenModel, items: readonly unknown[], batches: number): Promise<void> {
  for (let n = 0; n < batches; n += 1) {
    const results = await model.adapted(items)
    const failure = results.find((result) => result instanceof Error)
    if (failure !== undefined) throw failure
  }
}

const rssMb = (): number => Math.round(process.memoryUsage.rss() / 1e6)

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
