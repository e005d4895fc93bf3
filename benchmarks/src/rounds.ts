/** Rounds over all variants, in reversed order every other time, since machines drift. */

import { runVariant, type Timing } from './run-variant.ts'
import type { Measured, Variant } from './variant.ts'

/** A variant with what each round measured. */
export interface VariantResult {
  readonly variant: Variant
  readonly rounds: readonly Measured[]
  readonly median: Measured
}

/** Options of {@link runRounds}. */
export interface RoundsOptions extends Timing {
  readonly rounds: number
  /** Told before each run. */
  readonly onRun: (round: number, variant: Variant) => void
}

/** Runs each variant once per round, each in a fresh process. */
export async function runRounds(
  variants: readonly Variant[],
  options: RoundsOptions,
): Promise<VariantResult[]> {
  const measured = new Map<Variant, Measured[]>(variants.map((variant) => [variant, []]))
  for (let round = 1; round <= options.rounds; round++) {
    for (const variant of round % 2 === 1 ? variants : variants.toReversed()) {
      options.onRun(round, variant)
      measured.get(variant)?.push(await runVariant(variant, options))
    }
  }
  return [...measured].map(([variant, rounds]) => ({ variant, rounds, median: medianOf(rounds) }))
}

function medianOf(rounds: readonly Measured[]): Measured {
  const median = (pick: (round: Measured) => number): number => {
    const sorted = rounds.map(pick).sort((a, b) => a - b)
    return sorted[sorted.length >> 1] ?? Number.NaN
  }
  return {
    requestsPerSecond: median((round) => round.requestsPerSecond),
    p50Ms: median((round) => round.p50Ms),
    p99Ms: median((round) => round.p99Ms),
    cpuUsPerRequest: median((round) => round.cpuUsPerRequest),
    failures: rounds.reduce((sum, round) => sum + round.failures, 0),
  }
}
