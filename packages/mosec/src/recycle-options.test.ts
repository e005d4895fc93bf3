import { describe, expect, it } from 'vitest'
import { resolveRecycle } from './recycle-options.ts'

describe('the stage option recycle', () => {
  it('is nothing when left out, and unlimited in what it does not name', () => {
    expect(resolveRecycle(undefined, false)).toBeUndefined()
    expect(resolveRecycle({ maxBatches: 5 }, true)).toEqual({
      maxBatches: 5,
      maxAgeMs: Infinity,
      maxRssBytes: Infinity,
      maxGauges: {},
    })
  })

  it.each([
    [{}, 'stage option recycle takes at least one of maxBatches, maxAgeMs, maxRssBytes, maxGauges'],
    [
      null,
      'stage option recycle takes an object with maxBatches, maxAgeMs, maxRssBytes, maxGauges, got null',
    ],
    [100, 'stage option recycle takes an object with maxBatches, maxAgeMs, maxRssBytes, maxGauges, got 100'],
    [
      { maxAge: 5 },
      '"maxAge" is no option of recycle; there are maxBatches, maxAgeMs, maxRssBytes, maxGauges',
    ],
    [{ maxGauges: {} }, 'takes at least one of'],
    [{ maxGauges: { 'a b': 1 } }, 'recycle.maxGauges takes numbers by the name of a gauge, got {"a b":1}'],
    [{ maxGauges: { tensors: '1' } }, 'recycle.maxGauges takes numbers by the name of a gauge'],
    [{ maxGauges: null }, 'takes at least one of'],
    [{ maxBatches: 0 }, 'stage option recycle.maxBatches takes an integer of at least 1, got 0'],
    [{ maxBatches: 1.5 }, 'stage option recycle.maxBatches takes an integer of at least 1, got 1.5'],
    [{ maxAgeMs: '1h' }, 'recycle.maxAgeMs takes a number of milliseconds from 1 to 2147483647, got "1h"'],
    [{ maxAgeMs: 2 ** 31 }, 'recycle.maxAgeMs takes a number of milliseconds from 1 to 2147483647'],
    [{ maxRssBytes: Number.NaN }, 'recycle.maxRssBytes takes a number of bytes of at least 1'],
  ])('%j is refused', (options, message) => {
    expect(() => resolveRecycle(options as object, false)).toThrow(message)
  })

  it('a thread has no memory of its own', () => {
    expect(() => resolveRecycle({ maxRssBytes: 1e9 }, true)).toThrow("needs isolation 'process'")
  })
})
