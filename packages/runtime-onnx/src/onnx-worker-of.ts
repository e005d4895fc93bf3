/** A worker without a class: the hooks of {@link OnnxWorker} as options. */

import type { Awaitable, Codec, StandardSchema } from '@mosec/core'
import type { OnnxModelSource } from './model/open-session.ts'
import { OnnxWorker } from './onnx-worker.ts'
import type {
  OnnxFeeds,
  OnnxOutputs,
  OnnxSession,
  OnnxSessionOptions,
  OnnxTensor,
  Ort,
  ProviderName,
} from './session/ort.ts'
import type { OnnxArray } from './tensor/element-type.ts'
import type { ItemValues, OnnxValues } from './tensor/item-spec.ts'
import type { OutputRows } from './tensor/run-model.ts'

/** What an {@link OnnxWorker} may override; each member means what it means there. */
export interface OnnxWorkerOptions<In, Out, Prepared, Row extends OnnxArray> {
  /** The class's name, in metrics and logs; `Onnx` when left out. */
  readonly name?: string
  readonly load: () => Awaitable<OnnxModelSource>
  readonly preprocess?: (item: In) => Awaitable<Prepared>
  readonly collate?: (items: Prepared[], ort: Ort) => OnnxFeeds
  readonly predict?: (session: OnnxSession, feeds: OnnxFeeds, ort: Ort) => Awaitable<OnnxOutputs | OnnxTensor>
  readonly postprocess: (row: Row, item: In, outputs: OutputRows) => Awaitable<Out>
  readonly providers?: readonly ProviderName[]
  readonly threads?: number
  readonly sessionOptions?: OnnxSessionOptions
  readonly inputShape?: readonly (number | null)[]
  readonly outputNames?: readonly string[]
  readonly preferredBatchSizes?: readonly number[]
  readonly warmupBatchSizes?: readonly number[]
  readonly example?: readonly In[]
  /** Formats that clients speak, where the stage stands at an end of its pipeline and the route names none. */
  readonly codecs?: readonly Codec[]
  readonly input?: StandardSchema<unknown, In>
  readonly output?: StandardSchema<Out, unknown>
}

/**
 * Makes a worker's class of a few functions, for `appendWorker`, `stage` or a module's default export.
 *
 * @example
 * export default onnxWorker({
 *   load: () => new URL('./model.onnx', import.meta.url),
 *   postprocess: (row) => row.indexOf(Math.max(...row)),
 * })
 */
export function onnxWorker<
  In = ItemValues,
  Out = OnnxArray,
  Prepared = OnnxValues,
  Row extends OnnxArray = Float32Array,
>(options: OnnxWorkerOptions<In, Out, Prepared, Row>): new () => OnnxWorker<In, Out, Prepared, Row> {
  const { name = 'Onnx', load, postprocess, ...members } = options
  class Made extends OnnxWorker<In, Out, Prepared, Row> {
    constructor() {
      super()
      Object.assign(this, members)
    }

    override load(): Awaitable<OnnxModelSource> {
      return load()
    }

    override postprocess(row: Row, item: In, outputs: OutputRows): Awaitable<Out> {
      return postprocess(row, item, outputs)
    }
  }
  Object.defineProperty(Made, 'name', { value: name })
  return Made
}
