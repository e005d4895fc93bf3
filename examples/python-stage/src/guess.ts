/** What the model's stage hands on. */

/** The likeliest kinds first; scores between 0 and 1. */
export interface Guess {
  readonly kinds: readonly string[]
  /** A numpy array of float32 over there. */
  readonly scores: Float32Array
}
