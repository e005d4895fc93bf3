/** How long a case takes, both ways. */

import { median } from '../report/slope.ts'
import type { OpenCase, RuntimeCase } from './runtime-case.ts'

/** What one case gave. */
export interface CaseResult {
  readonly runtime: string
  readonly model: string
  readonly backend: string
  /** Median milliseconds of an item through the adapter, by batch size. */
  readonly msPerItem: Readonly<Record<number, number>>
  /**
   * At a batch of 8: time of the adapter beyond the library's alone, as a share of the latter; median of the rounds. `null`
   * where batches are smaller.
   */
  readonly overheadAt8: number | null
}

const overheadBatch = 8

/** How often each is run. */
export interface MeasureOptions {
  readonly batchSizes: readonly number[]
  readonly rounds: number
  /** A measurement that has taken so long ends early, with a few rounds at least. */
  readonly limitMs: number
}

const fewestRounds = 5

/** Opens the case, measures it, closes it. */
export async function measureCase(
  { runtime, model, backend, largestBatch, open }: RuntimeCase,
  { batchSizes, rounds, limitMs }: MeasureOptions,
): Promise<CaseResult> {
  const opened = await open()
  try {
    const msPerItem: Record<number, number> = {}
    for (const size of batchSizes.filter((candidate) => candidate <= largestBatch)) {
      msPerItem[size] = (await medianMs(() => opened.adapter(size), { rounds, limitMs })) / size
    }
    const overheadAt8 =
      largestBatch < overheadBatch ? null : await overhead(opened, { rounds: rounds * 3, limitMs })
    return { runtime, model, backend, msPerItem, overheadAt8 }
  } finally {
    await opened.close()
  }
}

/** The two ways take turns, the first one changing: what disturbs one disturbs the other. */
async function overhead(opened: OpenCase, length: Length): Promise<number> {
  const ratios: number[] = []
  const adapter = (): Promise<void> => opened.adapter(overheadBatch)
  const bare = (): Promise<void> => opened.bare(overheadBatch)
  for (const round of roundsOf(length)) {
    const isAdapterFirst = round % 2 === 0
    const first = await timeMs(isAdapterFirst ? adapter : bare)
    const second = await timeMs(isAdapterFirst ? bare : adapter)
    ratios.push(isAdapterFirst ? first / second : second / first)
  }
  return median(ratios) - 1
}

async function medianMs(run: () => Promise<void>, length: Length): Promise<number> {
  await run()
  const times: number[] = []
  for (const _round of roundsOf(length)) times.push(await timeMs(run))
  return median(times)
}

type Length = Omit<MeasureOptions, 'batchSizes'>

function* roundsOf({ rounds, limitMs }: Length): Generator<number> {
  const endMs = performance.now() + limitMs
  for (let round = 0; round < rounds; round += 1) {
    if (round >= fewestRounds && performance.now() > endMs) return
    yield round
  }
}

async function timeMs(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await run()
  return performance.now() - startedMs
}
