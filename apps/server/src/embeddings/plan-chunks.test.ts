import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planChunks } from './plan-chunks.ts'

const lengths = fc.array(fc.integer({ min: 1, max: 128 }), { maxLength: 300 })
const longest = (chunk: number[], all: number[]): number => Math.max(...chunk.map((index) => all[index] ?? 0))

describe('planChunks', () => {
  it('computes every text once', () => {
    fc.assert(
      fc.property(lengths, (all) => {
        expect(
          planChunks(all)
            .flat()
            .sort((a, b) => a - b),
        ).toEqual(all.map((_, index) => index))
      }),
    )
  })

  it('bounds what one run pads to, and never runs nothing', () => {
    fc.assert(
      fc.property(lengths, (all) => {
        for (const chunk of planChunks(all)) {
          expect(chunk.length).toBeGreaterThan(0)
          expect(chunk.length).toBeLessThanOrEqual(16)
          expect(chunk.length === 1 || chunk.length * longest(chunk, all) <= 256).toBe(true)
        }
      }),
    )
  })

  it('keeps short texts apart from long ones', () => {
    expect(planChunks([128, 5, 128, 6])).toEqual([
      [1, 3],
      [0, 2],
    ])
  })
})
