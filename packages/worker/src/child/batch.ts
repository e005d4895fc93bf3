/** A batch that a replica holds. */

import type { BatchItem, Clock } from '@mosec/core'

/** The items, and the time that they have. */
export interface Batch {
  readonly items: readonly BatchItem[]
  /** Time left when it came, in milliseconds; 0 when unknown. */
  readonly budgetMs: number
  /** When it came, in clock milliseconds. */
  readonly receivedMs: number
}

/** Time left now, in milliseconds: `Infinity` when unknown, at most 0 when it is too late. */
export function leftMs(batch: Batch, clock: Clock): number {
  if (batch.budgetMs <= 0) return Infinity
  return batch.budgetMs - (clock.now() - batch.receivedMs)
}
