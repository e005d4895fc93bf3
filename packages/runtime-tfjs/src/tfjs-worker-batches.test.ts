import { type ReplicaReport, ValidationError } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import type { ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import type { TensorArray, TensorValues } from './tensor/item-spec.ts'
import { sumModel } from './testing/small-models.ts'
import { context, item, ready, Sum } from './testing/small-workers.ts'
import { TfjsWorker } from './tfjs-worker.ts'
import { tfjsWorker } from './tfjs-worker-of.ts'

/** Notes the sizes that the model is given. */
class Sized extends Sum {
  readonly sizes: number[] = []

  override predict(model: TfjsModel, input: ModelInput): ModelOutput {
    if ('shape' in input && Array.isArray(input.shape)) this.sizes.push(input.shape[0])
    return model.predict(input, {})
  }
}

describe('batch sizes of a TfjsWorker', () => {
  it('warms 1 and the largest', async () => {
    expect((await ready(new Sized())).sizes).toEqual([1, 8])
  })

  it('warms the preferred sizes and pads batches to them, without a trace in the results', async () => {
    class Padded extends Sized {
      override preferredBatchSizes = [1, 4, 8, 64]
    }
    const worker = await ready(new Padded())
    expect(worker.sizes).toEqual([1, 4, 8])
    const batch = Array.from({ length: 5 }, (_, n) => item(n, n, 1))
    expect(await worker.forward(batch)).toEqual([1, 3, 5, 7, 9])
    expect(await worker.forward(batch.slice(0, 2))).toEqual([1, 3])
    expect(worker.sizes.slice(3)).toEqual([8, 4])
  })

  it('pads what collate takes with the last item', async () => {
    class Ragged extends Sized {
      override preferredBatchSizes = [4]
      override example = [item(1, 1, 1)]
      override collate(items: TensorValues[], tf: Tfjs): ModelInput {
        return tf.tensor2d(
          items.flatMap((values) => Array.from(values as Float32Array)),
          [items.length, 3],
        )
      }
    }
    const worker = await ready(new Ragged(), 4)
    expect(await worker.forward([item(1, 2, 3), item(4, 5, 6)])).toEqual([6, 15])
    expect(worker.sizes).toEqual([4, 4])
  })

  it('pads every batch to the only size that a model takes', async () => {
    class Fixed extends Sized {
      override load(tf: Tfjs): TfjsModel {
        return sumModel(tf, [8, 3])
      }
    }
    const worker = await ready(new Fixed())
    expect(await worker.forward([item(1, 2, 3), item(4)])).toEqual([6, expect.any(Error)])
    expect(worker.sizes).toEqual([8, 8])
    expect(worker.largestBatch).toBe(8)
    await expect(ready(new Fixed(), 9)).rejects.toThrow(
      'fixed at 8 and maxBatchSize is 9: set maxBatchSize to 8',
    )
  })

  it('says that a preferred size is none', async () => {
    class Odd extends Sum {
      override preferredBatchSizes = [0.5]
    }
    await expect(ready(new Odd())).rejects.toThrow(
      'preferredBatchSizes takes integers of at least 1, got 0.5',
    )
  })
})

describe('what a TfjsWorker reports', () => {
  it('is its backend, how many tensors there are, and how many were left behind', async () => {
    class Leaky extends Sum {
      override preprocess(values: Float32Array): Float32Array {
        if (values[0] === 1) this.tf?.tensor1d(values)
        return values
      }
    }
    const reports: ReplicaReport[] = []
    const worker = new Leaky()
    await worker.setup({ ...context, report: (report) => reports.push(report) })
    const tensors = worker.tensors
    await worker.forward([item(0, 0, 0)])
    await worker.forward([item(1, 2, 3)])
    expect(reports).toEqual([
      { runtime: { runtime: 'tfjs', backend: 'wasm' } },
      { gauges: { tensors, leaked_tensors: 0 } },
      { gauges: { tensors: tensors + 1, leaked_tensors: 1 } },
    ])
  })
})

describe('tfjsWorker', () => {
  it('makes a class of functions', async () => {
    const Total = tfjsWorker({
      name: 'Total',
      backends: ['wasm'],
      load: (tf) => sumModel(tf),
      preprocess: (values: number[]) => Float32Array.from(values),
      postprocess: (row, values) => `${values.join('+')}=${row[0]}`,
    })
    expect(Total.name).toBe('Total')
    expect(/^class\b/.test(Function.prototype.toString.call(Total))).toBe(true)
    const worker = await ready(new Total())
    expect(worker).toBeInstanceOf(TfjsWorker)
    expect(await worker.forward([[1, 2, 3], [4]])).toEqual(['1+2+3=6', expect.any(Error)])
  })

  it('takes items as they are without preprocess', async () => {
    const First = tfjsWorker({
      backends: ['wasm'],
      load: (tf) => sumModel(tf),
      postprocess: (row: TensorArray) => row[0],
    })
    expect(await (await ready(new First())).forward([item(1, 2, 3)])).toEqual([6])
    expect(First.name).toBe('Tfjs')
  })

  it('takes plain arrays without preprocess, since JSON has no others, and checks each number', async () => {
    const First = tfjsWorker({
      backends: ['wasm'],
      load: (tf) => sumModel(tf),
      postprocess: (row: TensorArray) => row[0],
    })
    const worker = await ready(new First())
    const bad: unknown = [1, 'secret', 3]
    expect(
      await worker.forward([[1, 2, 3], [1, 2], bad as number[], { data: item(4, 5, 6), shape: [3] }]),
    ).toEqual([
      6,
      new ValidationError('expected numbers of the shape [3], nested or in one array, got the shape [2]'),
      new ValidationError('at [1]: expected a finite float32 number, got a string'),
      15,
    ])
  })

  it('does not blame the client for what preprocess gives in a wrong type', async () => {
    const Wrong = tfjsWorker({
      backends: ['wasm'],
      load: (tf) => sumModel(tf),
      preprocess: (values: number[]): unknown => {
        if (values.length === 0) throw new ValidationError('nothing is there')
        return values.length === 3 ? values : Float32Array.from(values)
      },
      postprocess: (row) => row[0],
    })
    const [type, length, own] = await (await ready(new Wrong())).forward([[1, 2, 3], [1], []])
    const message =
      'preprocess must give a Float32Array of 3 values, shape [3], and gave an Array of 3 values'
    expect(type).toEqual(new TypeError(message))
    expect(length).toBeInstanceOf(ValidationError)
    expect(own).toEqual(new ValidationError('nothing is there'))
  })
})
