/** Stage 3: names for the numbers. */

import { Worker } from 'mosec'

/** In the order of the model's outputs. */
const labels = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']

interface Prediction {
  readonly label: string
  readonly probability: number
}

export default class Label extends Worker<Float32Array, Prediction[]> {
  /** The likeliest first. */
  override forward(probabilities: Float32Array): Prediction[] {
    return labels
      .map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
      .sort((a, b) => b.probability - a.probability)
  }
}
