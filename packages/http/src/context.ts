/** What all parts of one face share. */

import type { BlockPool } from '@mosec/core'
import type { InferenceRoute } from './admission.ts'
import type { Meter } from './meter.ts'
import type { ResolvedOptions } from './options.ts'
import type { RefusalPace } from './refusal-pace.ts'

/** One face: its options, its routes by exact pathname, and whether it is closing. */
export interface FaceContext {
  readonly options: ResolvedOptions
  readonly routes: ReadonlyMap<string, InferenceRoute>
  readonly meter: Meter
  /** Memory of large request bodies. */
  readonly bodies: BlockPool<ArrayBuffer>
  /** Through it go refusals for want of room. */
  readonly pace: RefusalPace
  /** Answers end their connection from now on. */
  isClosing: boolean
}
