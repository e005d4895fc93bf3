/** The likeliest classes, best first, with a record of its work. */

import { Worker } from 'mosec'
import { recordBusy } from './record-busy.ts'

const COUNT = 3

interface Guess {
  readonly classIndex: number
  readonly probability: number
}

export default class TopK extends Worker<Float32Array, Guess[]> {
  override forward(probabilities: Float32Array): Promise<Guess[]> {
    return recordBusy('top-k', async () =>
      Array.from(probabilities, (probability, classIndex) => ({ classIndex, probability }))
        .sort((a, b) => b.probability - a.probability)
        .slice(0, COUNT),
    )
  }
}
