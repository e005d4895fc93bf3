/** Items that fail alone. */

import type { Awaitable } from '../contract/worker.ts'

/**
 * Applies a function to every item; where it throws, the error stands in the result's place. Promises are made only where
 * the function gives some: for small models they would be the larger part of the work.
 */
export function settleEach<A, B>(
  items: readonly A[],
  apply: (item: A, index: number) => Awaitable<B>,
): Awaitable<(B | Error)[]> {
  let isPending = false
  const outcomes = items.map((item, index): Awaitable<B | Error> => {
    try {
      const outcome = apply(item, index)
      if (!isPromise(outcome)) return outcome
      isPending = true
      return Promise.resolve(outcome).catch(asError)
    } catch (error) {
      return asError(error)
    }
  })
  return isPending ? Promise.all(outcomes) : (outcomes as (B | Error)[])
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
