/** A pool of memory gives again what was given back, and lets go of what nobody asks for. */

import { describe, expect, it, vi } from 'vitest'
import { ownBlocks } from './block-pool.ts'

const LARGE = 300_000

describe('a pool', () => {
  it('gives the same memory again for about the same size, and not for another', () => {
    const pool = ownBlocks()
    const block = pool.take(LARGE)
    expect(block.byteLength).toBeGreaterThanOrEqual(LARGE)
    expect(pool.takeKept(LARGE)).toBeUndefined()
    pool.give(block)
    expect(pool.takeKept(2 * LARGE)).toBeUndefined()
    expect(pool.take(LARGE + 1)).toBe(block)
    expect(pool.take(LARGE)).not.toBe(block)
  })

  it('keeps no more than 256 MiB', () => {
    const pool = ownBlocks()
    const sizeBytes = 64 * 1024 * 1024
    const blocks = [1, 2, 3, 4, 5].map(() => pool.take(sizeBytes))
    for (const block of blocks) pool.give(block)
    expect(blocks.map(() => pool.takeKept(sizeBytes)).filter((one) => one !== undefined)).toHaveLength(4)
  })

  it('lets go of its memory when nobody asks for any', () => {
    vi.useFakeTimers()
    try {
      const pool = ownBlocks()
      pool.give(pool.take(LARGE))
      vi.advanceTimersByTime(60_000)
      expect(pool.takeKept(LARGE)).toBeUndefined()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
