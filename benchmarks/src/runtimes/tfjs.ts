/** TensorFlow.js: an image model, a sentence encoder, and a model so small that only overhead is left. */

import { silentLogger, type WorkerContext } from '@mosec/core'
import { type BackendName, loadTfjs, type Tfjs, type TfjsModel, tfjsWorker } from '@mosec/runtime-tfjs'
import { loadSafetyModel } from '@mosec/server/safety-model'
import { SentenceModel } from '@mosec/server/sentence-model'
import type { GraphModel, LayersModel, Tensor } from '@tensorflow/tfjs'
import type { OpenModel, Subject } from './subject.ts'

const backends: readonly BackendName[] = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu']
const batchSizes = [1, 2, 4, 8, 16, 32]
const context: WorkerContext = { stage: 'bench', replica: 1, maxBatchSize: 32, logger: silentLogger }

export const tfjsSubjects: readonly Subject[] = [
  {
    name: 'tfjs MobileNetV2, 224x224x3',
    backends,
    batchSizes,
    open: (backend) => openPacked(backend as BackendName, [224, 224, 3], loadSafetyModel),
  },
  {
    name: 'tfjs sentence encoder, 5 tokens',
    // Its graph reads tensors back, which webgpu cannot in Node.
    backends: backends.filter((backend) => backend !== 'webgpu'),
    batchSizes,
    open: (backend) => openSentences(backend as BackendName),
  },
  {
    name: 'tfjs perceptron 256-512-512-16',
    backends,
    batchSizes,
    open: (backend) => openPacked(backend as BackendName, [256], perceptron),
  },
]

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
async function openPacked(
  backend: BackendName,
  shape: readonly number[],
  load: (tf: Tfjs) => TfjsModel | Promise<TfjsModel>,
): Promise<OpenModel> {
  const length = shape.reduce((product, size) => product * size, 1)
  const { tf } = await loadTfjs({ backends: [backend], logger: silentLogger })
  const Worker = tfjsWorker({
    backends: [backend],
    load,
    postprocess: (row) => row.slice(),
    warmupBatchSizes: [1],
  })
  const worker = new Worker()
  await worker.setup(context)
  const model = (await load(tf)) as LayersModel
  return {
    items: (count) => Array.from({ length: count }, (_, n) => new Float32Array(length).fill(n / count)),
    bare: async (items) => {
      const packed = new Float32Array(items.length * length)
      items.forEach((item, n) => {
        packed.set(item as Float32Array, n * length)
      })
      const output = tf.tidy(
        () =>
          model.predict(tf.tensor(packed, [items.length, ...shape]), { batchSize: items.length }) as Tensor,
      )
      return read(output)
    },
    adapted: (items) => worker.forward(items as Float32Array[]) as Promise<readonly unknown[]>,
    held: () => tf.memory().numTensors,
  }
}

/** A graph that runs asynchronously, on inputs that the worker's `collate` builds. */
async function openSentences(backend: BackendName): Promise<OpenModel> {
  const { tf } = await loadTfjs({ backends: [backend], logger: silentLogger })
  const worker = new SentenceModel()
  worker.backends = [backend]
  worker.warmupBatchSizes = [1]
  await worker.setup(context)
  const model = (await worker.load(tf)) as GraphModel
  return {
    items: (count) => Array.from({ length: count }, (_, n) => Int32Array.of(728, 446, 31, 19, 54 + n)),
    bare: async (items) => {
      const input = worker.collate(items as Int32Array[], tf) as Record<string, Tensor>
      const output = (await model.executeAsync(input)) as Tensor
      tf.dispose(input)
      return read(output)
    },
    adapted: (items) => worker.forward(items as Int32Array[]) as Promise<readonly unknown[]>,
    held: () => tf.memory().numTensors,
  }
}

/** The rows as arrays of their own. */
async function read(output: Tensor): Promise<unknown[]> {
  const values = (await output.data()) as Float32Array
  const count = output.shape[0] ?? 1
  output.dispose()
  const length = values.length / count
  return Array.from({ length: count }, (_, n) => values.slice(n * length, (n + 1) * length))
}
