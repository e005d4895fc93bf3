/** How long a case takes, both ways. */

import { median } from '../report/slope.ts'
import { type AdapterCost, adapterCost } from './adapter-cost.ts'
import type { RuntimeCase } from './runtime-case.ts'

/** What one case gave. */
export interface CaseResult {
  readonly runtime: string
  readonly model: string
  readonly backend: string
  /** Median milliseconds of an item through the adapter, by batch size. */
  readonly msPerItem: Readonly<Record<number, number>>
  /** At a batch of 8; `null` where batches are smaller. */
  readonly costAt8: AdapterCost | null
}

const costBatch = 8

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
    const costAt8 =
      largestBatch < costBatch ? null : await adapterCost(opened, { batchSize: costBatch, limitMs })
    return { runtime, model, backend, msPerItem, costAt8 }
  } finally {
    await opened.close()
  }
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
