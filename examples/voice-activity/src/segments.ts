/** From probabilities to stretches of speech. */

/** Where somebody speaks. */
export interface Segment {
  readonly startMs: number
  readonly endMs: number
}

/** Speech begins where the model is as sure as this, */
const beginAt = 0.5
/** and ends where it is less sure than this */
const endBelow = 0.35
/** for as many windows: people breathe. */
const pauseWindows = 4

/** @param windowMs that one probability stands for. */
export function findSegments(probabilities: Float32Array, windowMs: number): Segment[] {
  const segments: Segment[] = []
  let begin = -1
  let lastSpeech = -1
  const close = (): void => {
    if (begin >= 0) segments.push({ startMs: begin * windowMs, endMs: (lastSpeech + 1) * windowMs })
    begin = -1
  }
  probabilities.forEach((probability, window) => {
    if (probability >= beginAt && begin < 0) begin = window
    if (probability >= endBelow) lastSpeech = window
    else if (window - lastSpeech >= pauseWindows) close()
  })
  close()
  return segments
}
