/** Arrival times for simulations and load, the same in every run for the same seed. */

/** A generator of numbers from 0 to 1 (xorshift32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** What comes. */
export interface ArrivalOptions {
  /** Tasks a millisecond. */
  readonly rate: number
  readonly count: number
  readonly seed: number
  /** Tasks that come together, on average (geometric); 1 when left out, which is a Poisson process. */
  readonly burst?: number
}

/** Times in milliseconds, ascending; bursts come as a Poisson process. */
export function arrivals({ rate, count, seed, burst = 1 }: ArrivalOptions): Float64Array {
  const random = seededRandom(seed)
  const timesMs = new Float64Array(count)
  let atMs = 0
  for (let index = 0; index < count; ) {
    atMs -= (Math.log(1 - random()) / rate) * burst
    do timesMs[index++] = atMs
    while (index < count && random() >= 1 / burst)
  }
  return timesMs
}
