/** The middle of what rounds measured: one disturbed round does not move it. */

/** The upper one of two middles; `NaN` of nothing. */
export function medianBy<Round>(rounds: readonly Round[], pick: (round: Round) => number): number {
  const sorted = rounds.map(pick).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
