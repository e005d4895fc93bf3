/** A fuzzer guided by coverage, as libFuzzer is: inputs that reach new code are kept, changed and tried again. */

import type { Coverage } from './coverage.ts'
import { type Material, mutate } from './mutate.ts'
import { Random } from './random.ts'
import type { Target } from './target.ts'

/** Options of {@link fuzz}. */
export interface FuzzOptions {
  /** What ran before is nothing new. */
  readonly coverage: Coverage
  /** The same seed tries the same inputs, as long as the code is the same. */
  readonly seed: number
  /** Asked after every round of inputs. */
  readonly isOver: (progress: Progress) => boolean
  /** One input that takes longer is a defect, in milliseconds. */
  readonly slowMs: number
}

/** How far it has come. */
export interface Progress {
  readonly inputs: number
  readonly corpus: number
  readonly functions: number
}

/** An input for which something did not hold, as short as it could be made. */
export interface Finding {
  readonly input: Uint8Array
  readonly error: unknown
}

/** What came of a run. */
export interface FuzzResult extends Progress {
  readonly finding: Finding | undefined
}

/** Coverage is asked for once in so many inputs: it costs a hundred times as much as most of them. */
const ROUND = 256
const NEWEST = 4

/** Tries inputs until it is over, or until one of them finds something. */
export function fuzz(target: Target, { coverage, seed, isOver, slowMs }: FuzzOptions): FuzzResult {
  const corpus = [new Uint8Array(0), ...target.seeds]
  const material: Material = {
    random: new Random(seed),
    corpus,
    words: target.words,
    maxBytes: target.maxBytes,
  }
  const progress = { inputs: 0, corpus: 0, functions: 0 }
  let round = [...corpus]
  do {
    const finding = firstFinding(target, round, slowMs)
    corpus.push(...worthKeeping(target, round, coverage))
    progress.inputs += round.length
    progress.corpus = corpus.length
    progress.functions = coverage.functions
    if (finding !== undefined) return { ...progress, finding }
    round = Array.from({ length: ROUND }, () => mutate(chosen(corpus, material.random), material))
  } while (!isOver(progress))
  return { ...progress, finding: undefined }
}

/** Every other time one of the newest: what is behind the last discovery was tried least. */
function chosen(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  return random.oneOf(random.below(2) === 0 ? corpus : corpus.slice(-NEWEST))
}

function firstFinding(target: Target, round: readonly Uint8Array[], slowMs: number): Finding | undefined {
  for (const input of round) {
    const error = errorOf(target, input, slowMs)
    if (error !== undefined) return shortened(target, { input, error }, slowMs)
  }
  return undefined
}

function errorOf(target: Target, input: Uint8Array, slowMs: number): unknown {
  const startMs = performance.now()
  try {
    target.run(input)
  } catch (error) {
    return error ?? new Error('nothing was thrown, but thrown it was')
  }
  const tookMs = performance.now() - startMs
  return tookMs > slowMs ? new Error(`${input.length} bytes took ${Math.round(tookMs)} ms`) : undefined
}

/** Inputs of a round, all of which have run, that reach something new. */
function worthKeeping(target: Target, round: readonly Uint8Array[], coverage: Coverage): Uint8Array[] {
  const grown = coverage.takeGrown()
  if (grown.size === 0) return []
  const kept = halvesWorthKeeping(target, round, coverage)
  // What ran by chance (a cache that was emptied, say) is not looked for again.
  coverage.remember(grown)
  return kept
}

/** As a rule one in a round: found by halves, which run once more. */
function halvesWorthKeeping(target: Target, inputs: readonly Uint8Array[], coverage: Coverage): Uint8Array[] {
  for (const input of inputs) errorOf(target, input, Infinity)
  const grown = coverage.takeGrown()
  if (grown.size === 0) return []
  if (inputs.length === 1) {
    coverage.remember(grown)
    return [...inputs]
  }
  const half = inputs.length >> 1
  return [inputs.slice(0, half), inputs.slice(half)].flatMap((part) =>
    halvesWorthKeeping(target, part, coverage),
  )
}

/** Leaves out pieces, large ones first, as long as something is still found. */
function shortened(target: Target, found: Finding, slowMs: number): Finding {
  let best = found
  for (let size = best.input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= best.input.length; ) {
      const input = Buffer.concat([best.input.subarray(0, at), best.input.subarray(at + size)])
      const error = errorOf(target, input, slowMs)
      if (error === undefined) at += size
      else best = { input, error }
    }
  }
  return best
}
