/** Vectors to the same directions at length 1, a batch at a time. Typed arrays stay typed arrays. */

import { BatchWorker } from 'mosec'

export default class ToUnitLength extends BatchWorker<Float32Array, Float32Array> {
  override example = [Float32Array.of(3, 4)]

  override forward(vectors: Float32Array[]): Float32Array[] {
    return vectors.map((vector) => {
      const length = Math.hypot(...vector)
      return vector.map((x) => x / length)
    })
  }
}
