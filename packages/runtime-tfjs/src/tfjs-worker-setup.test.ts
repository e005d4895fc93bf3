import { StartError, silentLogger } from '@mosec/core'
import type { Tensor } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { ModelInput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import { loadTfjs } from './load-tfjs.ts'
import type { TensorArray, TensorValues } from './tensor/item-spec.ts'
import { failingGraph, sumModel } from './testing/small-models.ts'
import { Index, item, ready, Sum } from './testing/small-workers.ts'

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
    await expect(ready(new Open())).rejects.toThrow(
      'shape [?, ?, 3]: set inputShape where all items have one shape; where they differ, write collate() and give an example',
    )
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

  it('says that load or predict gives nothing', async () => {
    class NoModel extends Sum {
      override load(tf: Tfjs): TfjsModel {
        const model: unknown = void sumModel(tf)
        return model as TfjsModel
      }
    }
    await expect(ready(new NoModel())).rejects.toThrow(
      'load() must give a model, as tf.loadLayersModel and tf.loadGraphModel do, and gave undefined: is a "return" missing?',
    )
    class NoOutput extends Sum {
      override predict(): Tensor {
        const nothing: unknown = undefined
        return nothing as Tensor
      }
    }
    await expect(ready(new NoOutput())).rejects.toThrow(
      'predict() must give a tensor, and gave undefined: is a "return" missing?',
    )
    expect(await (await ready(new Sum())).forward([item(1, 2, 3)])).toEqual([6])
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
