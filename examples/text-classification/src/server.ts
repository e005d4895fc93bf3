/** Which programming language is this? A graph that takes strings, in batches. */

import { JsonMixin } from '@mosec/codec-json'
import {
  type BackendName,
  fileModel,
  type ModelInput,
  packageFile,
  type TensorArray,
  type Tfjs,
  TfjsWorker,
} from '@mosec/runtime-tfjs'
import type { GraphModel, Tensor } from '@tensorflow/tfjs'
import { Server, ValidationError } from 'mosec'

/** Nodes of the graph: the pairs of bytes that it looks at, the names of the classes, the answer. */
const pairsNode = 'map/TensorArrayV2Stack/TensorListStack'
const labelsNode = 'head/predictions/class_string_lookup/Const'
const answerNode = 'head/predictions/probabilities'

/** The model looks at no more. */
const maxPairs = 10_000

/** What a client should send; what it did send is checked below. */
type Request = { readonly code?: unknown } | null

interface Guess {
  /** File extension of the language: `py`, `ts`, `rs`... */
  readonly language: string
  readonly probability: number
}

class DetectLanguage extends JsonMixin(TfjsWorker)<Request, Guess[], Uint8Array[], GraphModel> {
  // The only backend with string tensors that needs no native build.
  override backends: readonly BackendName[] = ['cpu']
  override example = [{ code: 'print("hello, world")' }]
  #labels: string[] = []

  override async load(tf: Tfjs): Promise<GraphModel> {
    const file = packageFile('@vscode/vscode-languagedetection', 'model/model.json', import.meta.url)
    const model = await tf.loadGraphModel(fileModel(file))
    const [labels] = model.weights[labelsNode] ?? []
    this.#labels = (await labels?.data<'string'>()) ?? []
    return model
  }

  /** "abc" to "a b" and "b c", as bytes. (The graph's own loop for this fails in TensorFlow.js 4.22.) */
  override preprocess(request: Request): Uint8Array[] {
    const code = request?.code
    if (typeof code !== 'string' || code.length < 20) {
      throw new ValidationError('code: expected a text of at least 20 characters')
    }
    const bytes = Buffer.from(code.slice(0, maxPairs + 1)).subarray(0, maxPairs + 1)
    return Array.from(bytes.subarray(1), (next, index) => Uint8Array.of(bytes[index] ?? 0, 0x20, next))
  }

  /** One row for each text, filled up to the longest with empty strings, which the model skips. */
  override collate(texts: Uint8Array[][], tf: Tfjs): ModelInput {
    const width = Math.max(...texts.map(({ length }) => length))
    const nothing = new Uint8Array()
    const rows = texts.flatMap((pairs) => Array.from({ length: width }, (_, n) => pairs[n] ?? nothing))
    return tf.tensor2d(rows, [texts.length, width], 'string')
  }

  override predict(model: GraphModel, input: ModelInput): Promise<Tensor> {
    return model.executeAsync({ [pairsNode]: input as Tensor }, answerNode) as Promise<Tensor>
  }

  /** The three likeliest. */
  override postprocess(row: TensorArray): Guess[] {
    const guesses = this.#labels.map((language, index) => ({ language, probability: row[index] ?? 0 }))
    return guesses.sort((a, b) => b.probability - a.probability).slice(0, 3)
  }
}

const server = new Server()
server.appendWorker(DetectLanguage, { route: '/language', maxBatchSize: 16 })
await server.run()
