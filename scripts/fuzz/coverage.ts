/** Which of our code has run, as V8 counts it: what tells an input worth keeping from one that is not. */

import { type Profiler, Session } from 'node:inspector'

/** A part of a source, from its first character to the one after its last. */
type Range = readonly [start: number, end: number]

/** Parts of functions that have not run, by function. */
export type Uncovered = ReadonlyMap<string, readonly Range[]>

/**
 * Counts from its making to its disposal; once in a process, and before the code is loaded: V8 counts inside of functions
 * only when it knows of this while it compiles them.
 */
export class Coverage implements Disposable {
  readonly #session = new Session()
  /** Only of functions that have run. */
  readonly #uncovered = new Map<string, readonly Range[]>()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Functions of which something is remembered. */
  get functions(): number {
    return this.#uncovered.size
  }

  /**
   * Functions of which more ran since the last call than is remembered, with what is still missing of them. Costs
   * milliseconds: ask for many inputs at once.
   */
  takeGrown(): Uncovered {
    let scripts: readonly Profiler.ScriptCoverage[] = []
    // Within one thread the answer is there when the call returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error
      scripts = taken.result
    })
    const grown = new Map<string, readonly Range[]>()
    for (const { scriptId, functions } of scripts.filter(({ url }) => isOurs(url))) {
      for (const { ranges } of functions) this.#compare(scriptId, ranges, grown)
    }
    return grown
  }

  remember(grown: Uncovered): void {
    for (const [key, missing] of grown) {
      this.#uncovered.set(key, overlaps(this.#uncovered.get(key) ?? missing, missing))
    }
  }

  [Symbol.dispose](): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** The first range is the function; V8 leaves out inner ones that ran as often as what is around them. */
  #compare(
    scriptId: string,
    ranges: readonly Profiler.CoverageRange[],
    grown: Map<string, readonly Range[]>,
  ): void {
    const [whole] = ranges
    if (whole === undefined || whole.count === 0) return
    const key = `${scriptId}:${whole.startOffset}-${whole.endOffset}`
    const idle = ranges
      .filter(({ count }) => count === 0)
      .map(({ startOffset, endOffset }): Range => [startOffset, endOffset])
    const known = this.#uncovered.get(key)
    const missing = known === undefined ? idle : overlaps(known, idle)
    if (known === undefined || lengthOf(missing) < lengthOf(known)) grown.set(key, missing)
  }
}

/** Modules have the URL of a file, in tests its path. The fuzzer's own say nothing of an input. */
const isOurs = (url: string): boolean =>
  /^(?:file:|\/)/.test(url) && !url.includes('/node_modules/') && !/\/scripts\/fuzz\/\w+\.ts/.test(url)

const lengthOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, [start, end]) => sum + end - start, 0)

function overlaps(some: readonly Range[], others: readonly Range[]): Range[] {
  return some.flatMap(([start, end]) =>
    others
      .map(([from, to]): Range => [Math.max(start, from), Math.min(end, to)])
      .filter(([from, to]) => from < to),
  )
}
