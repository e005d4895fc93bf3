/** A worker without a class: the hooks of {@link TfjsWorker} as options. */

import type { Awaitable, Codec, StandardSchema } from '@mosec/core'
import type { BackendName, ModelInput, ModelOutput, Tfjs, TfjsModel } from './backend/tfjs.ts'
import type { ItemValues, TensorArray, TensorValues } from './tensor/item-spec.ts'
import { TfjsWorker } from './tfjs-worker.ts'

/** What a {@link TfjsWorker} may override; each member means what it means there. */
export interface TfjsWorkerOptions<In, Out, Prepared, Model extends TfjsModel> {
  /** The class's name, in metrics and logs; `Tfjs` when left out. */
  readonly name?: string
  readonly load: (tf: Tfjs) => Awaitable<Model>
  readonly preprocess?: (item: In) => Awaitable<Prepared>
  readonly collate?: (items: Prepared[], tf: Tfjs) => ModelInput
  readonly predict?: (model: Model, input: ModelInput, tf: Tfjs) => Awaitable<ModelOutput>
  readonly postprocess: (row: TensorArray, item: In) => Awaitable<Out>
  readonly backends?: readonly BackendName[]
  readonly inputShape?: readonly number[]
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
 * export default tfjsWorker({
 *   load: (tf) => tf.loadLayersModel(fileModel(new URL('./model.json', import.meta.url))),
 *   postprocess: (row) => row.indexOf(Math.max(...row)),
 * })
 */
export function tfjsWorker<
  In = ItemValues,
  Out = TensorArray,
  Prepared = TensorValues,
  Model extends TfjsModel = TfjsModel,
>(options: TfjsWorkerOptions<In, Out, Prepared, Model>): new () => TfjsWorker<In, Out, Prepared, Model> {
  const { name = 'Tfjs', load, postprocess, ...members } = options
  class Made extends TfjsWorker<In, Out, Prepared, Model> {
    constructor() {
      super()
      Object.assign(this, members)
    }

    override load(tf: Tfjs): Awaitable<Model> {
      return load(tf)
    }

    override postprocess(row: TensorArray, item: In): Awaitable<Out> {
      return postprocess(row, item)
    }
  }
  Object.defineProperty(Made, 'name', { value: name })
  return Made
}
