/** Models on TensorFlow.js: pictures, sentences, and one so small that little but overhead is left. */

import { silentLogger, type WorkerContext } from '@mosec/core'
import { type BackendName, loadTfjs, type Tfjs, type TfjsModel, tfjsWorker } from '@mosec/runtime-tfjs'
import { loadSafetyModel } from '@mosec/server/safety-model'
import { SentenceModel } from '@mosec/server/sentence-model'
import type { GraphModel, LayersModel, Tensor } from '@tensorflow/tfjs'
import type { OpenCase, RuntimeCase } from './runtime-case.ts'

const backends: readonly BackendName[] = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu']
const context: WorkerContext = { stage: 'bench', replica: 1, maxBatchSize: 32, logger: silentLogger }

interface PackedModel {
  readonly name: string
  readonly shape: readonly number[]
  readonly load: (tf: Tfjs) => TfjsModel | Promise<TfjsModel>
}

const pictures: PackedModel = {
  name: 'MobileNetV2, 224x224x3',
  shape: [224, 224, 3],
  load: loadSafetyModel,
}
const numbers: PackedModel = { name: 'perceptron 256-512-512-16', shape: [256], load: perceptron }

/** Cases for each model on each backend, also on those that are not here. */
export function tfjsCases(): readonly RuntimeCase[] {
  return backends.flatMap((backend) => {
    const at = { runtime: 'tfjs', backend, largestBatch: 32 }
    return [
      {
        ...at,
        model: pictures.name,
        largestBatch: largestPictures(backend),
        isSlow: backend === 'cpu',
        open: () => openPacked(backend, pictures),
      },
      { ...at, model: numbers.name, open: () => openPacked(backend, numbers) },
      { ...at, model: 'sentence encoder, 5 tokens', open: () => openSentences(backend) },
    ]
  })
}

/** One takes a second on the slow backends (webgpu may be a software one). */
const largestPictures = (backend: BackendName): number => (backend === 'cpu' || backend === 'webgpu' ? 8 : 32)

function perceptron(tf: Tfjs): TfjsModel {
  const { dense } = tf.layers
  return tf.sequential({
    layers: [
      dense({ units: 512, activation: 'relu', inputShape: [256] }),
      dense({ units: 512, activation: 'relu' }),
      dense({ units: 16 }),
    ],
  })
}

/** A layers model whose items are arrays of one size. */
async function openPacked(backend: BackendName, { shape, load }: PackedModel): Promise<OpenCase> {
  const { tf } = await loadTfjs({ backends: [backend], logger: silentLogger })
  const length = shape.reduce((product, size) => product * size, 1)
  // One model for both ways: the weights of two would push each other out of the caches.
  const model = (await load(tf)) as LayersModel
  const Worker = tfjsWorker({
    backends: [backend],
    load: () => model,
    postprocess: (row) => row.slice(),
    warmupBatchSizes: [1],
  })
  const worker = new Worker()
  await worker.setup(context)
  const items = sized((n) => new Float32Array(length).fill(n / 32))
  const predict = (size: number): Promise<unknown[]> => {
    const packed = new Float32Array(size * length)
    items(size).forEach((item, n) => {
      packed.set(item, n * length)
    })
    return rowsOf(
      tf.tidy(() => model.predict(tf.tensor(packed, [size, ...shape]), { batchSize: size }) as Tensor),
    )
  }
  return {
    adapter: async (size) => checkResults(await worker.forward(items(size)), size),
    bare: async (size) => checkResults(await predict(size), size),
    alive: () => tf.memory().numTensors,
    close: async () => worker.teardown(),
  }
}

/** A graph that runs asynchronously, on inputs that the worker's `collate` builds. */
async function openSentences(backend: BackendName): Promise<OpenCase> {
  const { tf } = await loadTfjs({ backends: [backend], logger: silentLogger })
  const worker = new SentenceModel()
  worker.backends = [backend]
  worker.warmupBatchSizes = [1]
  const model = (await worker.load(tf)) as GraphModel
  worker.load = async () => model
  await worker.setup(context)
  const items = sized((n) => Int32Array.of(728, 446, 31, 19, 54 + n))
  const execute = async (size: number): Promise<unknown[]> => {
    const input = worker.collate(items(size), tf) as Record<string, Tensor>
    const output = (await model.executeAsync(input)) as Tensor
    tf.dispose(input)
    return rowsOf(output)
  }
  return {
    adapter: async (size) => checkResults(await worker.forward(items(size)), size),
    bare: async (size) => checkResults(await execute(size), size),
    alive: () => tf.memory().numTensors,
    close: async () => worker.teardown(),
  }
}

/** Batches of the same items each time, made once. */
function sized<Item>(make: (n: number) => Item): (size: number) => Item[] {
  const all = Array.from({ length: 32 }, (_, n) => make(n))
  return (size) => all.slice(0, size)
}

/** An array of its own for each item. */
async function rowsOf(output: Tensor): Promise<unknown[]> {
  const values = (await output.data()) as Float32Array
  const count = output.shape[0] ?? 1
  output.dispose()
  const length = values.length / count
  return Array.from({ length: count }, (_, n) => values.slice(n * length, (n + 1) * length))
}

function checkResults(results: readonly unknown[], size: number): void {
  const failure = results.find((result) => !(result instanceof Float32Array))
  if (results.length === size && failure === undefined) return
  throw new Error(`expected ${size} rows, got ${results.length}: ${String(failure)}`)
}
