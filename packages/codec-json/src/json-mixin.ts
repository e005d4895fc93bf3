/** Gives a worker the JSON codec. */

import type { Codec, MixinBase } from '@mosec/core'
import { json } from './json.ts'

/**
 * A subclass of `base` whose clients speak JSON. The type is `base`'s own, so its type arguments come after the call.
 *
 * @example
 * class Square extends JsonMixin(BatchWorker)<{ x: number }, { x: number }> {
 *   override forward(batch: { x: number }[]) { return batch.map(({ x }) => ({ x: x * x })) }
 * }
 */
export function JsonMixin<Base extends MixinBase>(base: Base): Base {
  abstract class JsonWorker extends base {
    override codecs: readonly Codec[] = [json()]
  }
  return JsonWorker
}
