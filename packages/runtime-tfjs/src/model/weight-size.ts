/** How many bytes a manifest promises, so that a cut-off download is noticed before it computes nonsense. */

import type { io } from '@tensorflow/tfjs'

const bytesPerValue: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  complex64: 8,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
}

/** Bytes of all the weights together; undefined when one of them has no fixed size (strings). */
export function weightBytes(specs: readonly io.WeightsManifestEntry[]): number | undefined {
  let total = 0
  for (const { shape, dtype, quantization } of specs) {
    const size = bytesPerValue[quantization?.dtype ?? dtype]
    if (size === undefined) return undefined
    total += size * shape.reduce((product, length) => product * length, 1)
  }
  return total
}
