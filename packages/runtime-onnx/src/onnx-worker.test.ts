/** Values, shapes, several inputs and outputs: what the adapter does beyond the conformance suite. */

import { silentLogger, ValidationError, type WorkerContext } from '@mosec/core'
import { describe, expect, it } from 'vitest'
import { OnnxWorker } from './onnx-worker.ts'
import type { OnnxFeeds, OnnxSession, OnnxTensor, Ort } from './session/ort.ts'
import type { OnnxArray } from './tensor/element-type.ts'
import type { OnnxValues } from './tensor/item-spec.ts'
import type { OutputRows } from './tensor/run-model.ts'
import { sameModel, sumAndDifference, sumModel } from './testing/small-models.ts'

const context: WorkerContext = { stage: 'model', replica: 1, maxBatchSize: 8, logger: silentLogger }

class Sum extends OnnxWorker<Float32Array, number> {
  override load(): Uint8Array {
    return sumModel()
  }
  override postprocess(row: Float32Array): number {
    return row[0] ?? Number.NaN
  }
}

/** Gives items back, with the shapes of their rows. */
class Same extends OnnxWorker<OnnxValues, unknown, OnnxValues, OnnxArray> {
  type: Parameters<typeof sameModel>[0] = 'float32'
  shape: readonly (number | string)[] = ['batch', 2]

  override load(): Uint8Array {
    return sameModel(this.type, this.shape)
  }
  override postprocess(row: OnnxArray, _item: OnnxValues, outputs: OutputRows): unknown {
    return { row, shape: outputs['same']?.shape }
  }
}

async function ready<W extends { setup(context: WorkerContext): Promise<void> }>(
  worker: W,
  size = 8,
): Promise<W> {
  await worker.setup({ ...context, maxBatchSize: size })
  return worker
}

describe('OnnxWorker values', () => {
  it.each([
    ['int64', BigInt64Array.of(1n, -(2n ** 60n))],
    ['int32', Int32Array.of(1, -2)],
    ['uint8', Uint8Array.of(1, 255)],
    ['bool', Uint8Array.of(1, 0)],
    ['float64', Float64Array.of(1e300, 0.1)],
    ['float16', Float32Array.of(0.5, -2048)],
    ['string', ['zwei', '二']],
  ] as const)('carries %s', async (type, data) => {
    const worker = new Same()
    worker.type = type
    await ready(worker)
    expect(await worker.forward([data as OnnxArray, data as OnnxArray])).toEqual([
      { row: data, shape: [2] },
      { row: data, shape: [2] },
    ])
    const wrong: unknown = new Uint32Array(2)
    expect((await worker.forward([wrong as OnnxArray]))[0]).toBeInstanceOf(ValidationError)
  })

  it('runs items of different shapes in one batch, and each gets its own row', async () => {
    const worker = new Same()
    worker.shape = ['batch', 'height', 'width']
    worker.preferredBatchSizes = [4]
    await ready(worker)
    const of = (first: number, ...shape: number[]) => ({ data: Float32Array.of(first, 2, 3, 4), shape })
    const items = [of(1, 2, 2), of(2, 1, 4), of(3, 2, 2), of(4, 4, 1)]
    const bad = { data: Float32Array.of(1), shape: [1] }
    const results = await worker.forward([...items, bad])
    expect(results.slice(0, 4)).toEqual(items.map(({ data, shape }) => ({ row: data, shape })))
    expect(results[4]).toEqual(
      new ValidationError(
        'expected a Float32Array with shape [?, ?], got a Float32Array of 1 values, shape [1]',
      ),
    )
  })

  it('narrows open dimensions by inputShape, and refuses one that does not fit the model', async () => {
    const worker = new Same()
    worker.shape = ['batch', 'n', 2]
    worker.inputShape = [3, 2]
    await ready(worker)
    expect(await worker.forward([new Float32Array(6)])).toEqual([{ row: new Float32Array(6), shape: [3, 2] }])
    expect((await worker.forward([new Float32Array(4)]))[0]).toBeInstanceOf(ValidationError)
    const wrong = new Same()
    wrong.inputShape = [3]
    await expect(ready(wrong)).rejects.toThrow(
      'inputShape is [3], and the model takes items of the shape [2]',
    )
  })
})

/** Two inputs and two outputs. */
class Both extends OnnxWorker<number[], unknown, number[]> {
  override outputNames: readonly string[] = ['difference', 'sum']
  override example: number[][] = [[1, 1]]
  runs = 0

  override load(): Uint8Array {
    return sumAndDifference
  }
  override collate = (items: number[][], ort: Ort): OnnxFeeds => {
    this.runs += 1
    const column = (n: number): OnnxTensor =>
      new ort.Tensor(
        'float32',
        Float32Array.from(items, (item) => item[n] ?? 0),
        [items.length, 1],
      )
    return { a: column(0), b: column(1) }
  }
  override postprocess([difference = 0]: Float32Array, [a = 0]: number[], outputs: OutputRows): unknown {
    return { a, difference, sum: outputs['sum']?.data[0], names: Object.keys(outputs) }
  }
}

describe('OnnxWorker inputs and outputs', () => {
  it('takes several of both, and warms up with the example', async () => {
    const worker = await ready(new Both())
    expect(worker.runs).toBe(2)
    const names = ['difference', 'sum']
    expect(
      await worker.forward([
        [5, 3],
        [1, 2],
      ]),
    ).toEqual([
      { a: 5, difference: 2, sum: 8, names },
      { a: 1, difference: -1, sum: 3, names },
    ])
  })

  it('computes only the outputs that are asked for', async () => {
    const worker = new Both()
    worker.outputNames = ['difference']
    await ready(worker)
    expect(await worker.forward([[5, 3]])).toEqual([
      { a: 5, difference: 2, sum: undefined, names: ['difference'] },
    ])
  })

  it('asks for collate, outputNames and names that exist', async () => {
    class Plain extends Sum {
      override load(): Uint8Array {
        return sumAndDifference
      }
    }
    await expect(ready(new Plain())).rejects.toThrow(
      'the model has 2 inputs (a, b), not one: write collate()',
    )
    const open: { outputNames?: readonly string[] } & Both = new Both()
    delete (open as { outputNames?: unknown }).outputNames
    await expect(ready(open)).rejects.toThrow(
      'the model has 2 outputs (sum, difference): set outputNames to those that postprocess needs',
    )
    const wrong = new Both()
    wrong.outputNames = ['product']
    await expect(ready(wrong)).rejects.toThrow('the model has no output "product", but sum, difference')
  })

  it("names the model's inputs where collate gives others", async () => {
    class Wrong extends Both {
      override collate = (items: number[][], ort: Ort): OnnxFeeds => {
        const tensor = new ort.Tensor('float32', new Float32Array(items.length), [items.length, 1])
        return { a: tensor, c: tensor }
      }
    }
    await expect(ready(new Wrong())).rejects.toThrow('collate() gave the inputs a, c; the model takes a, b')
    expect(await (await ready(new Both())).forward([[5, 3]])).toMatchObject([{ sum: 8 }])
  })

  it('takes one tensor from predict', async () => {
    class Twice extends Sum {
      override async predict(session: OnnxSession, feeds: OnnxFeeds, ort: Ort): Promise<OnnxTensor> {
        const { sums } = await session.run(feeds)
        const values = sums?.data as Float32Array
        return new ort.Tensor(
          'float32',
          values.map((value) => 2 * value),
          sums?.dims,
        )
      }
    }
    expect(await (await ready(new Twice())).forward([Float32Array.of(1, 2, 3)])).toEqual([12])
  })

  it('says that an output has no batch dimension, and still works', async () => {
    class Odd extends Sum {
      isOdd = false
      override async predict(session: OnnxSession, feeds: OnnxFeeds, ort: Ort): Promise<OnnxTensor> {
        const { sums } = await session.run(feeds)
        return this.isOdd || sums === undefined ? new ort.Tensor('float32', [1, 2, 3], [3]) : sums
      }
    }
    const worker = await ready(new Odd())
    worker.isOdd = true
    await expect(worker.forward([Float32Array.of(1, 2, 3)])).rejects.toThrow(
      'the model made the shape [3] of a batch of 1 in its output "sums": the first dimension must be the batch',
    )
    worker.isOdd = false
    expect(await worker.forward([Float32Array.of(1, 2, 3)])).toEqual([6])
  })
})
