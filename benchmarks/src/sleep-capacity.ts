/** The limit of W2's model, whoever serves it. */

/** Items per second in batches of 32, which take 5 ms + 0.5 ms * 32. */
export const CAPACITY_PER_SECOND: number = (32 / (5 + 0.5 * 32)) * 1000
