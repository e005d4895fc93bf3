/** Arrival times of independent clients: the gaps of a Poisson process, from a seed. */

/** Gives numbers in [0, 1), the same ones for the same seed (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Milliseconds until the next arrival; the mean is `1000 / perSecond`. */
export function nextGapMs(perSecond: number, random: () => number): number {
  return (-Math.log(1 - random()) * 1000) / perSecond
}
