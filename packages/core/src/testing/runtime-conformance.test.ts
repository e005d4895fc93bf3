/** The runtime suite passes a good worker and fails each bad one, in the case that names its fault. */

import { describe, expect, it } from 'vitest'
import { StartError, ValidationError } from '../contract/errors.ts'
import type { BatchResult, WorkerContext } from '../contract/worker.ts'
import { BatchSizes } from '../runtime/batch-sizes.ts'
import { type RuntimeRequest, type RuntimeWorker, runtimeConformance } from './runtime-conformance.ts'

type Row = readonly number[]

/** Sums in plain JavaScript; its methods are the places where a worker can be wrong. */
class Sum implements RuntimeWorker {
  protected readonly request: RuntimeRequest
  protected sizes: BatchSizes | undefined

  constructor(request: RuntimeRequest) {
    this.request = request
  }

  async setup({ maxBatchSize, logger }: WorkerContext): Promise<void> {
    const { fixedBatchSize: fixed, preferredBatchSizes: preferred, warmupBatchSizes: warmup } = this.request
    this.checkFixed(fixed, maxBatchSize)
    this.sizes = new BatchSizes({ maxBatchSize, logger, fixed, preferred, warmup })
    for (const size of this.sizes.warmup) this.run(Array(size).fill([0, 0, 0]))
  }

  async forward(items: Float32Array[]): Promise<BatchResult<unknown>> {
    const { sizes } = this
    if (sizes === undefined) throw new Error('Sum computes only between setup and teardown')
    const checked = items.map((values) => this.check(values))
    const good = checked.flatMap((outcome) => (outcome instanceof Error ? [] : [[...outcome]]))
    const count = good.length === 0 ? 0 : sizes.padded(good.length)
    const sums = this.results([...good, ...Array<Row>(count - good.length).fill([0, 0, 0])], good.length)
    return checked.map((outcome) => (outcome instanceof Error ? outcome : this.finish(sums.shift())))
  }

  async teardown(): Promise<void> {
    this.sizes = undefined
  }

  protected checkFixed(fixed: number | undefined, maxBatchSize: number): void {
    if (fixed !== undefined && fixed < maxBatchSize)
      throw new StartError(
        `fixed at ${fixed} and maxBatchSize is ${maxBatchSize}: set maxBatchSize to ${fixed}`,
      )
  }

  protected check(values: Float32Array): Float32Array | Error {
    if (values instanceof Float32Array && (this.request.isRagged || values.length === 3)) return values
    const what = `${Object(values).constructor.name} of ${Object(values).length} values`
    return new ValidationError(`expected a Float32Array of 3 values, shape [3], got a ${what}`)
  }

  protected results(rows: readonly Row[], count: number): number[] {
    return rows.length === 0 ? [] : this.run(rows).slice(0, count)
  }

  protected run(rows: readonly Row[]): number[] {
    this.request.onRun?.(rows.length)
    return rows.map((row) => row.reduce((sum, value) => sum + value, 0))
  }

  protected finish(sum: number | undefined): unknown {
    return sum === 13 ? new ValidationError('unlucky') : sum
  }
}

let held = 0

/** Runs the suite on the spot and gives the names of the cases that fail. */
async function failures(Worker: new (request: RuntimeRequest) => RuntimeWorker): Promise<string[]> {
  const cases: [string, () => void | Promise<void>][] = []
  const subject = { name: 'sum', worker: (request: RuntimeRequest) => new Worker(request), held: () => held }
  runtimeConformance(subject, { describe: (_, body) => body(), it: (name, body) => cases.push([name, body]) })
  const failed: string[] = []
  for (const [name, body] of cases) {
    const isRight = await Promise.resolve(body()).then(
      () => true,
      () => false,
    )
    if (!isRight) failed.push(name)
  }
  return failed
}

runtimeConformance(
  { name: 'plain JavaScript', worker: (request) => new Sum(request), held: () => 0 },
  { describe, it },
)

describe('runtimeConformance', () => {
  const bad: [string, new (request: RuntimeRequest) => RuntimeWorker, string][] = [
    [
      'items that are added to their neighbours',
      class extends Sum {
        protected override run(rows: readonly Row[]): number[] {
          const sums = super.run(rows)
          return sums.map((sum, n) => sum + (sums[n - 1] ?? 0))
        }
      },
      'gives a batch of n what n batches of one give',
    ],
    [
      'sorted results',
      class extends Sum {
        protected override run(rows: readonly Row[]): number[] {
          return super.run(rows).sort((a, b) => a - b)
        }
      },
      'keeps the order of items',
    ],
    [
      'a bad item that fails all',
      class extends Sum {
        protected override check(values: Float32Array): Float32Array {
          const outcome = super.check(values)
          if (outcome instanceof Error) throw outcome
          return outcome
        }
      },
      'fails a bad item alone',
    ],
    [
      'a message that says nothing',
      class extends Sum {
        protected override check(values: Float32Array): Float32Array | Error {
          return super.check(values) instanceof Error ? new ValidationError('bad') : values
        }
      },
      'fails a bad item alone',
    ],
    [
      'a postprocess that fails all',
      class extends Sum {
        protected override finish(sum: number | undefined): unknown {
          const outcome = super.finish(sum)
          if (outcome instanceof Error) throw outcome
          return outcome
        }
      },
      'fails an item alone whose postprocess throws',
    ],
    [
      'a model that runs for nobody',
      class extends Sum {
        protected override results(rows: readonly Row[], count: number): number[] {
          return this.run(rows).slice(0, count)
        }
      },
      'does not run the model for bad items only',
    ],
    [
      'padding among the results',
      class extends Sum {
        protected override results(rows: readonly Row[]): number[] {
          return this.run(rows).reverse()
        }
      },
      'pads to the preferred sizes',
    ],
    [
      'a fixed batch dimension that is taken for a free one',
      class extends Sum {
        protected override checkFixed(): void {}
      },
      'refuses batches that are larger',
    ],
    [
      'no warm-up',
      class extends Sum {
        override async setup(context: WorkerContext): Promise<void> {
          const { onRun: _, ...silent } = this.request
          await new Sum(silent).setup(context)
          const { maxBatchSize, logger } = context
          this.sizes = new BatchSizes({
            maxBatchSize,
            logger,
            fixed: undefined,
            preferred: undefined,
            warmup: undefined,
          })
        }
      },
      'computes every warm-up size once',
    ],
    [
      'something held of each batch',
      class extends Sum {
        protected override run(rows: readonly Row[]): number[] {
          held += 1
          return super.run(rows)
        }
      },
      'holds nothing of 200 batches',
    ],
    [
      'work after the end',
      class extends Sum {
        override async teardown(): Promise<void> {}
      },
      'computes no more after teardown',
    ],
  ]

  it.each(bad)('fails %s', async (_, Worker, expected) => {
    const failed = await failures(Worker)
    expect(
      failed.some((name) => name.startsWith(expected)),
      failed.join('; '),
    ).toBe(true)
  })
})
