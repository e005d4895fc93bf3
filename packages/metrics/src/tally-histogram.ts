/** A histogram whose series are plain numbers until somebody reads them. */

import { Histogram, type Registry } from 'prom-client'

/** What a family of histograms is called and counts. */
export interface TallyHistogramOptions {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[]
  readonly registry: Registry
}

/** One series. */
export interface Tally {
  observe(value: number): void
}

interface Sample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly sharedLabels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * prom-client's histogram with its own way to count. A labelled `observe` there makes and looks up a string each time,
 * 0.5 us, and a bound one does so too; here a series is an object to be kept, and counting costs 0.02 us.
 */
export class TallyHistogram extends Histogram<string> {
  readonly #options: TallyHistogramOptions
  readonly #series: Series[] = []

  constructor(options: TallyHistogramOptions) {
    const { name, help, labelNames, bounds, registry } = options
    super({ name, help, labelNames: [...labelNames], buckets: [...bounds], registers: [registry] })
    this.#options = options
  }

  /** A new series; ask once for each combination of labels and keep it. */
  series(labels: Readonly<Record<string, string>>): Tally {
    const series = new Series(labels, this.#options.bounds)
    this.#series.push(series)
    return series
  }

  /** Where prom-client's registry and the base's `get` take the samples from. */
  async getForPromString(): Promise<object> {
    const { name, help } = this.#options
    const values = this.#series.flatMap((series) => series.samples(name))
    return { name, help, type: 'histogram', values, aggregator: 'sum' }
  }
}

class Series implements Tally {
  readonly #labels: Readonly<Record<string, string>>
  readonly #bounds: readonly number[]
  /** By bucket; the last one is for what is beyond all bounds. */
  readonly #counts: number[]
  #sum = 0

  constructor(labels: Readonly<Record<string, string>>, bounds: readonly number[]) {
    this.#labels = labels
    this.#bounds = bounds
    this.#counts = Array<number>(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += value
  }

  samples(name: string): Sample[] {
    const sample = (suffix: string, value: number, labels: Sample['labels'] = {}): Sample => ({
      metricName: `${name}_${suffix}`,
      labels,
      sharedLabels: this.#labels,
      value,
    })
    let count = 0
    const buckets = this.#counts.map((bucket, i) => {
      count += bucket
      return sample('bucket', count, { le: this.#bounds[i] ?? '+Inf' })
    })
    return [...buckets, sample('sum', this.#sum), sample('count', count)]
  }
}
