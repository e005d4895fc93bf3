/** Gives a worker the MessagePack codec. */

import type { Codec, MixinBase } from '@mosec/core'
import { msgpack } from './msgpack.ts'

/**
 * A subclass of `base` whose clients speak MessagePack. The type is `base`'s own, so its type arguments come after the call.
 *
 * @example
 * class Square extends MsgpackMixin(BatchWorker)<{ x: number }, { x: number }> {
 *   override forward(batch: { x: number }[]) { return batch.map(({ x }) => ({ x: x * x })) }
 * }
 */
export function MsgpackMixin<Base extends MixinBase>(base: Base): Base {
  abstract class MsgpackWorker extends base {
    override codecs: readonly Codec[] = [msgpack()]
  }
  return MsgpackWorker
}
