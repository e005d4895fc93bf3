/** Does a series grow? A straight line through it, with what chance alone would do to that line. */

/** A value at a time. */
export interface Sample {
  readonly seconds: number
  readonly value: number
}

/** Of a series. */
export interface Slope {
  /** Units per minute. */
  readonly perMinute: number
  /** Two standard errors of it: a true slope of zero shows up within this. */
  readonly noisePerMinute: number
}

/** Neighbouring samples are alike, so the line goes through the medians of so many pieces. */
const PIECES = 12

/** The least-squares line through the series. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const points = piecesOf(samples)
  const meanTime = mean(points.map(({ seconds }) => seconds))
  const meanValue = mean(points.map(({ value }) => value))
  const spread = sum(points.map(({ seconds }) => (seconds - meanTime) ** 2))
  const slope = sum(points.map(({ seconds, value }) => (seconds - meanTime) * (value - meanValue))) / spread
  const rest = sum(
    points.map(({ seconds, value }) => (value - meanValue - slope * (seconds - meanTime)) ** 2),
  )
  const error = Math.sqrt(rest / (points.length - 2) / spread)
  return { perMinute: slope * 60, noisePerMinute: 2 * error * 60 }
}

/** Growth within the noise, or no more in a minute than `perMinuteAllowed`. */
export function isFlat({ perMinute, noisePerMinute }: Slope, perMinuteAllowed: number): boolean {
  return perMinute <= noisePerMinute || perMinute <= perMinuteAllowed
}

/** `+0.12 ± 0.30`. */
export function slopeText({ perMinute, noisePerMinute }: Slope, unit: string): string {
  const sign = perMinute < 0 ? '' : '+'
  return `${sign}${perMinute.toFixed(2)} ± ${noisePerMinute.toFixed(2)} ${unit}/min`
}

function piecesOf(samples: readonly Sample[]): Sample[] {
  const count = Math.min(PIECES, samples.length)
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * samples.length) / count)
    const piece = samples.slice(from, Math.floor(((index + 1) * samples.length) / count))
    return {
      seconds: mean(piece.map(({ seconds }) => seconds)),
      value: median(piece.map(({ value }) => value)),
    }
  })
}

/** The middle one; NaN when there is none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length
