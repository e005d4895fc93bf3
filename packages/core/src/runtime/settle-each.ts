/** Items that fail alone. */

import type { Awaitable } from '../contract/worker.ts'

/** Applies a function to every item; where it throws, the error stands in the result's place. */
export async function settleEach<A, B>(
  items: readonly A[],
  apply: (item: A, index: number) => Awaitable<B>,
): Promise<(B | Error)[]> {
  const settled = await Promise.allSettled(items.map(async (item, index) => apply(item, index)))
  return settled.map((result) => (result.status === 'fulfilled' ? result.value : asError(result.reason)))
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
