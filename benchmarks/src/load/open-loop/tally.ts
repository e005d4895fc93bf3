/** Counts how requests ended. */

import type { KindReport } from './plan.ts'

export class Tally {
  sent = 0
  good = 0
  late = 0
  left = 0
  readonly #statuses: Record<string, number> = {}
  readonly #failures: Record<string, number> = {}
  readonly #latenciesMs: number[] = []

  answered(status: number, latencyMs: number, deadlineMs: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1
    if (status !== 200) return
    this.#latenciesMs.push(latencyMs)
    if (latencyMs <= deadlineMs) this.good++
    else this.late++
  }

  failed(reason: string): void {
    this.#failures[reason] = (this.#failures[reason] ?? 0) + 1
  }

  report(name: string): KindReport {
    const sorted = Float64Array.from(this.#latenciesMs).sort()
    return {
      name,
      sent: this.sent,
      good: this.good,
      late: this.late,
      left: this.left,
      statuses: this.#statuses,
      failures: this.#failures,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: sorted.at(-1) ?? Number.NaN,
    }
  }
}

/** @param sorted ascending. NaN when empty. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
