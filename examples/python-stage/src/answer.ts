/** Stage 3: what clients read. */

import { Worker } from 'mosec'
import type { Guess } from './guess.ts'

/** Below it nobody should rely on the guess. */
const SURE = 0.5

interface Kind {
  readonly kind: string
  readonly score: number
}

interface Answer {
  /** `unknown` when the model is not sure. */
  readonly kind: string
  readonly guesses: readonly Kind[]
}

export default class Reply extends Worker<Guess, Answer> {
  override forward({ kinds, scores }: Guess): Answer {
    const guesses = kinds.map((kind, index) => ({ kind, score: scores[index] ?? 0 }))
    const [best] = guesses
    return { kind: best !== undefined && best.score >= SURE ? best.kind : 'unknown', guesses }
  }
}
