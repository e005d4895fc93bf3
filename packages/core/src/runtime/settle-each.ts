/** Items that fail alone. */

import type { Awaitable } from '../contract/worker.ts'

/**
 * Applies a function to every item; where it throws, the error stands in the result's place. Promises are made only where
 * the function gives some: for small models they would be the larger part of the work.
 */
export async function settleEach<A, B>(
  items: readonly A[],
  apply: (item: A, index: number) => Awaitable<B>,
): Promise<(B | Error)[]> {
  const outcomes = items.map((item, index) => settle(() => apply(item, index)))
  return outcomes.some(isPromise) ? Promise.all(outcomes) : (outcomes as (B | Error)[])
}

function settle<B>(apply: () => Awaitable<B>): Awaitable<B | Error> {
  try {
    const outcome = apply()
    return isPromise(outcome) ? Promise.resolve(outcome).catch(asError) : outcome
  } catch (error) {
    return asError(error)
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
