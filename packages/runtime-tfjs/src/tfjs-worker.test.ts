import { StartError, silentLogger, ValidationError, type WorkerContext } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import type { BackendName, ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import { loadTfjs } from './load-tfjs.ts'
import type { TensorArray, TensorValues } from './tensor/item-spec.ts'
import { failingGraph, indexGraph, sumModel } from './testing/small-models.ts'
import { TfjsWorker } from './tfjs-worker.ts'

const context: WorkerContext = { stage: 'model', replica: 1, maxBatchSize: 8, logger: silentLogger }
const item = (...values: number[]): Float32Array => Float32Array.from(values)

/** Adds up three numbers. */
class Sum extends TfjsWorker<Float32Array, number> {
  override backends: readonly BackendName[] = ['wasm']
  tf: Tfjs | undefined

  override load(tf: Tfjs): TfjsModel {
    this.tf = tf
    return sumModel(tf)
  }

  override postprocess(row: TensorArray): number {
    if (row[0] === 13) throw new ValidationError('unlucky')
    return row[0] ?? Number.NaN
  }

  get tensors(): number {
    return this.tf?.memory().numTensors ?? 0
  }
}

/** The index of each item in its batch. */
class Index extends TfjsWorker<Int32Array, number> {
  override backends: readonly BackendName[] = ['wasm']
  graph = indexGraph

  override load(tf: Tfjs): Promise<TfjsModel> {
    return tf.loadGraphModel({ load: async () => this.graph })
  }

  override postprocess(row: TensorArray): number {
    return row[0] ?? Number.NaN
  }
}

async function ready<W extends { setup(context: WorkerContext): Promise<void> }>(
  worker: W,
  maxBatchSize = 8,
): Promise<W> {
  await worker.setup({ ...context, maxBatchSize })
  return worker
}

describe('TfjsWorker', () => {
  it('computes a batch, one row for each item', async () => {
    const worker = await ready(new Sum())
    expect(await worker.forward([item(1, 2, 3), item(4, 5, 6)])).toEqual([6, 15])
  })

  it('fails bad items alone: wrong length, wrong type, a postprocess that throws', async () => {
    const worker = await ready(new Sum())
    const wrongType: unknown = new Int32Array(3)
    const results = await worker.forward([
      item(1, 2, 3),
      item(1),
      wrongType as Float32Array,
      item(6, 6, 1),
      item(1, 1, 1),
    ])
    expect(results).toEqual([
      6,
      new ValidationError('expected a Float32Array of 3 values, shape [3], got a Float32Array of 1 values'),
      new ValidationError('expected a Float32Array of 3 values, shape [3], got a Int32Array of 3 values'),
      new ValidationError('unlucky'),
      3,
    ])
  })

  it('does not run the model when all items are bad', async () => {
    class Unused extends Sum {
      runs = 0
      override warmupBatchSizes = []
      override predict(model: TfjsModel, input: ModelInput): ModelOutput {
        this.runs += 1
        return model.predict(input, {})
      }
    }
    const worker = await ready(new Unused())
    expect(await worker.forward([item(1)])).toEqual([expect.any(ValidationError)])
    expect(worker.runs).toBe(0)
    expect(await worker.forward([item(1, 1, 1)])).toEqual([3])
    expect(worker.runs).toBe(1)
  })

  it('leaves no tensor behind in 200 batches, failing ones among them', async () => {
    class Moody extends Sum {
      batches = 0
      override async predict(model: TfjsModel, input: ModelInput, tf: Tfjs) {
        this.batches += 1
        tf.ones([2]).add(1)
        if (this.batches % 3 === 0) throw new Error('mood')
        return model.predict(input, {})
      }
    }
    const worker = await ready(new Moody())
    const before = worker.tensors
    let failed = 0
    for (let n = 0; n < 200; n += 1) {
      const batch = [item(n, n, 1), ...(n % 5 === 0 ? [item(1)] : [])]
      await worker.forward(batch).catch(() => {
        failed += 1
      })
    }
    expect(failed).toBe(67) // every third, the two of the warm-up counted
    expect(worker.tensors).toBe(before)
    expect(await worker.forward([item(1, 2, 3)])).toEqual([6])
  })

  it('keeps concurrent batches of two workers apart', async () => {
    const [one, two] = [await ready(new Sum()), await ready(new Sum())]
    const before = one.tensors
    const batches = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? one : two).forward([item(n, n, 1)]))
    expect((await Promise.all(batches)).flat()).toEqual(
      Array.from({ length: 20 }, (_, n) => (n === 6 ? expect.any(Error) : 2 * n + 1)),
    )
    expect(one.tensors).toBe(before)
  })

  it('warns when a hook keeps tensors', async () => {
    class Leaky extends Sum {
      override preprocess(values: Float32Array): Float32Array {
        this.tf?.tensor1d(values)
        return values
      }
    }
    const warnings: unknown[] = []
    const worker = new Leaky()
    const logger = {
      ...silentLogger,
      warning: (message: string, fields?: object) => warnings.push([message, fields]),
    }
    await worker.setup({ ...context, logger })
    for (let n = 0; n < 7; n += 1) await worker.forward([item(1, 2, 3)])
    expect(warnings).toEqual([
      [expect.stringContaining('tensors are leaking'), expect.objectContaining({ leakedTensors: 3 })],
      [expect.stringContaining('tensors are leaking'), expect.objectContaining({ leakedTensors: 6 })],
    ])
  })

  it('gives the models tensors back in teardown, and computes no more', async () => {
    const worker = new Sum()
    await ready(worker)
    const before = worker.tensors
    worker.teardown()
    worker.teardown()
    expect(worker.tensors).toBeLessThan(before)
    await expect(worker.forward([item(1, 2, 3)])).rejects.toThrow(
      'Sum computes only between setup and teardown',
    )
  })
})

describe('TfjsWorker setup', () => {
  it('refuses batches for a model with a fixed batch dimension, and takes single items', async () => {
    class Fixed extends Sum {
      override load(tf: Tfjs): TfjsModel {
        return sumModel(tf, [1, 3])
      }
    }
    const failed = ready(new Fixed())
    await expect(failed).rejects.toThrow(StartError)
    await expect(failed).rejects.toThrow(
      'batch dimension is fixed at 1 and maxBatchSize is 8: set maxBatchSize to 1',
    )
    expect(await (await ready(new Fixed(), 1)).forward([item(1, 2, 3)])).toEqual([6])
  })

  it('asks for inputShape where the model leaves it open', async () => {
    class Open extends Sum {
      override load(tf: Tfjs): TfjsModel {
        return sumModel(tf, [null, null, 3])
      }
      override postprocess(row: TensorArray): number {
        return row.length
      }
    }
    await expect(ready(new Open())).rejects.toThrow('shape [?, ?, 3]: set inputShape, or write collate()')
    class Closed extends Open {
      override inputShape = [4, 3]
    }
    expect(await (await ready(new Closed())).forward([new Float32Array(12)])).toEqual([8])
  })

  it('asks for collate where the model has several inputs', async () => {
    class Two extends Sum {
      override load(tf: Tfjs): TfjsModel {
        const inputs = [tf.input({ shape: [3] }), tf.input({ shape: [3] })]
        return tf.model({ inputs, outputs: tf.layers.add().apply(inputs) as ReturnType<Tfjs['input']> })
      }
    }
    await expect(ready(new Two())).rejects.toThrow('the model has 2 inputs, not one: write collate()')
    class Collated extends Two {
      override collate(items: TensorValues[], tf: Tfjs): ModelInput {
        return [tf.ones([items.length, 3]), tf.fill([items.length, 3], 4)]
      }
    }
    expect(await (await ready(new Collated())).forward([item(1, 2, 3), item(4)])).toEqual([5, 5])
  })

  it('asks for predict where the model has several outputs', async () => {
    class Outputs extends Sum {
      override load(tf: Tfjs): TfjsModel {
        const input = tf.input({ shape: [3] })
        return tf.model({ inputs: input, outputs: [input, tf.layers.reLU().apply(input) as typeof input] })
      }
    }
    await expect(ready(new Outputs())).rejects.toThrow(
      'the model has 2 outputs (0, 1): write predict() and return one',
    )
  })

  it('wraps a model that fails in warm-up', async () => {
    class Broken extends Sum {
      override predict(): never {
        throw new Error('no such op')
      }
    }
    await expect(ready(new Broken())).rejects.toThrow(
      'the model fails in warm-up, with a batch of 1: no such op',
    )
    expect(await (await ready(new Sum())).forward([item(1, 2, 3)])).toEqual([6])
  })

  it('finds out that a graph needs executeAsync', async () => {
    const worker = await ready(new Index())
    const { tf } = await loadTfjs({ logger: silentLogger, backends: ['wasm'] })
    const before = tf.memory().numTensors
    expect(await worker.forward([Int32Array.of(7), Int32Array.of(7), Int32Array.of(9)])).toEqual([0, 1, 2])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('leaves nothing behind when executeAsync fails half-way', async () => {
    class Failing extends Index {
      override graph = failingGraph
      override warmupBatchSizes = []
    }
    const worker = await ready(new Failing())
    const { tf } = await loadTfjs({ logger: silentLogger, backends: ['wasm'] })
    const before = tf.memory().numTensors
    for (let n = 0; n < 5; n += 1) await expect(worker.forward([Int32Array.of(7)])).rejects.toThrow('MatMul')
    expect(tf.memory().numTensors).toBe(before)
    expect(await (await ready(new Index())).forward([Int32Array.of(7)])).toEqual([0])
  })

  it('notices that someone else switched the backend', async () => {
    const worker = await ready(new Sum())
    await worker.tf?.setBackend('cpu')
    await expect(worker.forward([item(1, 2, 3)])).rejects.toThrow(
      'the active backend became "cpu" and should be "wasm"',
    )
    await worker.tf?.setBackend('wasm')
    expect(await worker.forward([item(1, 2, 3)])).toEqual([6])
  })
})
