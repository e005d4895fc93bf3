/** Gives a worker the CSV codec. */

import type { Codec, MixinBase } from '@mosec/core'
import { csv } from './csv.ts'

/** A subclass of `base` whose clients speak CSV; type arguments come after the call. */
export function CsvMixin<Base extends MixinBase>(base: Base): Base {
  abstract class CsvWorker extends base {
    override codecs: readonly Codec[] = [csv()]
  }
  return CsvWorker
}
