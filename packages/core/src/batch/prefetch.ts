/** May a replica that still computes be given one more batch? */

/** Work that a quick replica may hold beyond the batch it computes, in milliseconds. */
export const QUICK_WORK_MS = 1

/** What the decision rests on. */
export interface PrefetchView {
  /** Tasks waiting. */
  readonly queued: number
  readonly maxBatchSize: number
  /** Connected replicas of the stage. */
  readonly replicas: number
  /** Batches that this replica holds, at least 1. */
  readonly heldBatches: number
  /** Expected cost of a full batch, in milliseconds; undefined while unknown. */
  readonly fullBatchMs: number | undefined
}

/**
 * Only full batches are handed out early, since a partial one could still grow while the replica is busy.
 * - A quick worker holds as many as fit in about 1 ms of its measured time: round trips overlap.
 * - A batching worker holds one more, so that decoding overlaps compute and a GPU never idles, as long as every
 *   replica has a full batch waiting: then nobody would have started elsewhere sooner.
 * A slow worker without batches holds nothing extra, so nobody waits behind it.
 */
export function mayPrefetch(view: PrefetchView): boolean {
  if (view.queued < view.maxBatchSize || view.fullBatchMs === undefined) return false
  if ((view.heldBatches + 1) * view.fullBatchMs <= QUICK_WORK_MS) return true
  return view.heldBatches === 1 && view.maxBatchSize > 1 && view.queued >= view.maxBatchSize * view.replicas
}
