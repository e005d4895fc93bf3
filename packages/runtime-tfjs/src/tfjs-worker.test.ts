import { ValidationError } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import type { ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import { context, item, ready, Sum } from './testing/small-workers.ts'

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
      new ValidationError('expected a Float32Array of 3 values, shape [3], got an Int32Array of 3 values'),
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
      ...context.logger,
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
