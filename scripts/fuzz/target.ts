/** One thing that takes a stranger's bytes, and what must hold of it whatever they are. */

/** A target. */
export interface Target {
  readonly name: string
  /** Good inputs, made by our own encoders. */
  readonly seeds: readonly Uint8Array[]
  /** Pieces that the format is made of. */
  readonly words: readonly Uint8Array[]
  /** Longest input that is tried, in bytes. */
  readonly maxBytes: number
  /** Tries one input. @throws when something does not hold: that is a defect. */
  run(input: Uint8Array): void
}

/** Texts as inputs. */
export const textsAsBytes = (texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text))

/** Runs it; an error of another kind than `expected` is a defect and goes on. */
export function allowOnly<T>(expected: new (...parts: never) => Error, run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof expected) return undefined
    throw error
  }
}
