/** What every worker that runs models must do, as a suite that any test runner can run. */

import assert from 'node:assert/strict'
import { ValidationError } from '../contract/errors.ts'
import { silentLogger } from '../contract/logger.ts'
import type { Awaitable, BatchResult, ForwardContext, WorkerContext } from '../contract/worker.ts'
import type { SuiteRunner } from './suite-runner.ts'

/** What the worker under test is asked to be; a subclass in the adapter's test does it. */
export interface RuntimeRequest {
  /** The batch dimension that the model is saved with; free when left out. */
  readonly fixedBatchSize?: number
  readonly preferredBatchSizes?: readonly number[]
  readonly warmupBatchSizes?: readonly number[]
  /** Items have 1 to 3 values: `collate` fills them up with zeros. */
  readonly isRagged?: boolean
  /** Told the number of items of each batch that the model computes. */
  readonly onRun?: (batchSize: number) => void
}

/** An item: three float32 values, or fewer where items are ragged. */
type Item = Float32Array

/** The worker under test. */
export interface RuntimeWorker {
  setup(context: WorkerContext): Awaitable<void>
  forward(inputs: Item[], context: ForwardContext): Awaitable<BatchResult<unknown>>
  teardown(): Awaitable<void>
}

/** A runtime under test. */
export interface RuntimeSubject {
  /** As the suite prints it: `tfjs`. */
  readonly name: string
  /**
   * A worker whose model gives the sum of an item's three values twice, and whose `postprocess` gives the first of them, or
   * throws `new ValidationError('unlucky')` where it is 13.
   */
  worker(request: RuntimeRequest): RuntimeWorker
  /** What of earlier batches is still held: tensors, say. Not the model's own. */
  held(): Awaitable<number>
}

/**
 * Declares the cases in the given runner.
 *
 * @example
 * runtimeConformance({ name: 'tfjs', worker: (request) => new SumWorker(request), held }, { describe, it })
 */
export function runtimeConformance(subject: RuntimeSubject, runner: SuiteRunner): void {
  runner.describe(`runtime conformance: ${subject.name}`, () => {
    for (const [name, check] of Object.entries(checks)) runner.it(name, () => check(subject))
  })
}

const checks: Record<string, (subject: RuntimeSubject) => Promise<void>> = {
  'gives a batch of n what n batches of one give': checkBatchEqualsSingles,
  'keeps the order of items': checkOrder,
  'fails a bad item alone, and names what was expected and what came': checkBadItem,
  'fails an item alone whose postprocess throws': checkPostprocess,
  'does not run the model for bad items only': checkNoRun,
  'computes an empty batch': checkEmpty,
  'takes ragged items through collate': checkRagged,
  'pads to the preferred sizes, and no padding reaches a result': checkPadding,
  'pads to the size that the model is saved with': checkFixedPadding,
  'refuses batches that are larger than the model is saved with': checkFixedRefused,
  'computes every warm-up size once before it is ready': checkWarmup,
  'warms up with one item and the largest batch unless told': checkDefaultWarmup,
  'holds nothing of 200 batches, failed items among them': checkHeld,
  'computes no more after teardown, which may come twice': checkTeardown,
}

const maxBatchSize = 8

const item = (...values: number[]): Item => Float32Array.from(values)

const context: ForwardContext = {
  stage: 'model',
  replica: 1,
  maxBatchSize,
  logger: silentLogger,
  signal: new AbortController().signal,
  deadlineMs: Number.POSITIVE_INFINITY,
}

/** Sets the worker up, uses it, and tears it down. */
async function using<T>(worker: RuntimeWorker, use: (forward: Forward) => Promise<T>): Promise<T> {
  await worker.setup(context)
  try {
    return await use(async (...items) => worker.forward(items, context))
  } finally {
    await worker.teardown()
  }
}

type Forward = (...items: Item[]) => Promise<BatchResult<unknown>>

const eight = Array.from({ length: 8 }, (_, n) => item(n, n * n, 0.5))
const eightSums = eight.map(([a = 0, b = 0, c = 0]) => a + b + c)

async function checkBatchEqualsSingles({ worker }: RuntimeSubject): Promise<void> {
  await using(worker({}), async (forward) => {
    const singles: unknown[] = []
    for (const one of eight) singles.push(...(await forward(one)))
    assert.deepEqual(await forward(...eight), singles)
    assert.deepEqual(singles, eightSums)
  })
}

async function checkOrder({ worker }: RuntimeSubject): Promise<void> {
  await using(worker({}), async (forward) => {
    assert.deepEqual(await forward(...eight.toReversed()), eightSums.toReversed())
  })
}

async function checkBadItem({ worker }: RuntimeSubject): Promise<void> {
  await using(worker({}), async (forward) => {
    const wrongType: unknown = Int32Array.of(1, 2, 3)
    const results = await forward(item(1, 2, 3), item(1), wrongType as Item, item(4, 5, 6))
    assert.deepEqual([results[0], results[3]], [6, 15])
    for (const [place, got] of [
      [1, 'Float32Array of 1 values'],
      [2, 'Int32Array of 3 values'],
    ] as const) {
      const error = results[place]
      assert.ok(error instanceof ValidationError, `item ${place} is answered 422`)
      assert.match(error.message, /^expected a Float32Array of 3 values, shape \[3\], got /)
      assert.ok(error.message.endsWith(got), error.message)
    }
    assert.deepEqual(await forward(item(1, 1, 1)), [3])
  })
}

async function checkPostprocess({ worker }: RuntimeSubject): Promise<void> {
  await using(worker({}), async (forward) => {
    const results = await forward(item(1, 1, 1), item(6, 6, 1), item(2, 2, 2))
    assert.deepEqual(results, [3, new ValidationError('unlucky'), 6])
  })
}

async function checkNoRun({ worker }: RuntimeSubject): Promise<void> {
  const runs: number[] = []
  await using(worker({ warmupBatchSizes: [], onRun: (size) => runs.push(size) }), async (forward) => {
    const results = await forward(item(1), item(2))
    assert.ok(results.every((result) => result instanceof ValidationError))
    assert.deepEqual(runs, [])
    assert.deepEqual(await forward(item(1, 1, 1)), [3])
    assert.deepEqual(runs, [1])
  })
}

async function checkEmpty({ worker }: RuntimeSubject): Promise<void> {
  await using(worker({ preferredBatchSizes: [4] }), async (forward) => assert.deepEqual(await forward(), []))
}

async function checkRagged({ worker }: RuntimeSubject): Promise<void> {
  await using(worker({ isRagged: true }), async (forward) => {
    assert.deepEqual(await forward(item(1), item(1, 2, 3), item(2, 3)), [1, 6, 5])
  })
}

async function checkPadding({ worker }: RuntimeSubject): Promise<void> {
  const runs: number[] = []
  const padded = worker({
    preferredBatchSizes: [4, 6],
    warmupBatchSizes: [],
    onRun: (size) => runs.push(size),
  })
  await using(padded, async (forward) => {
    for (const count of [1, 3, 4, 5, 7]) {
      assert.deepEqual(await forward(...eight.slice(0, count)), eightSums.slice(0, count))
    }
    const [bad, good] = await forward(item(1), item(1, 1, 1))
    assert.ok(bad instanceof ValidationError)
    assert.equal(good, 3)
  })
  assert.deepEqual(runs, [4, 4, 4, 6, 7, 4], 'batches of 1, 3, 4, 5, 7 and one good item of two')
}

async function checkFixedPadding({ worker }: RuntimeSubject): Promise<void> {
  const runs: number[] = []
  const fixed = worker({ fixedBatchSize: maxBatchSize, onRun: (size) => runs.push(size) })
  await using(fixed, async (forward) => {
    assert.deepEqual(await forward(...eight.slice(0, 3)), eightSums.slice(0, 3))
    assert.deepEqual(await forward(...eight), eightSums)
  })
  assert.deepEqual([...new Set(runs)], [maxBatchSize])
}

async function checkFixedRefused({ worker }: RuntimeSubject): Promise<void> {
  const refused = { code: 'start_error', message: /fixed at 1 and maxBatchSize is 8: set maxBatchSize to 1/ }
  await assert.rejects(async () => worker({ fixedBatchSize: 1 }).setup(context), refused)
  const single = worker({ fixedBatchSize: 1 })
  await single.setup({ ...context, maxBatchSize: 1 })
  assert.deepEqual(await single.forward([item(1, 2, 3)], context), [6])
  await single.teardown()
}

async function checkWarmup({ worker }: RuntimeSubject): Promise<void> {
  const runs: number[] = []
  await using(worker({ warmupBatchSizes: [4, 1, 4], onRun: (size) => runs.push(size) }), async () => {
    assert.deepEqual(runs, [1, 4])
  })
}

async function checkDefaultWarmup({ worker }: RuntimeSubject): Promise<void> {
  const runs: number[] = []
  await using(worker({ onRun: (size) => runs.push(size) }), async () => {
    assert.deepEqual(runs, [1, maxBatchSize])
  })
}

async function checkHeld({ worker, held }: RuntimeSubject): Promise<void> {
  await using(worker({ preferredBatchSizes: [4] }), async (forward) => {
    const before = await held()
    for (let n = 0; n < 200; n += 1) {
      const bad = n % 5 === 0 ? [item(1), item(6, 6, 1)] : []
      await forward(item(n, n, 1), ...bad, item(n, 1, 1))
    }
    assert.equal(await held(), before)
    assert.deepEqual(await forward(item(1, 2, 3)), [6])
  })
}

async function checkTeardown({ worker }: RuntimeSubject): Promise<void> {
  const ended = worker({})
  await ended.setup(context)
  await ended.teardown()
  await ended.teardown()
  await assert.rejects(async () => ended.forward([item(1, 2, 3)], context), /between setup and teardown/)
}
