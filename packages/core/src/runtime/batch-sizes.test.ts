import { describe, expect, it } from 'vitest'
import { StartError } from '../contract/errors.ts'
import { silentLogger } from '../contract/logger.ts'
import { type BatchSizeOptions, BatchSizes } from './batch-sizes.ts'

const sizes = (options: Partial<BatchSizeOptions>): BatchSizes =>
  new BatchSizes({
    maxBatchSize: 8,
    logger: silentLogger,
    fixed: undefined,
    preferred: undefined,
    warmup: undefined,
    ...options,
  })

describe('batch sizes', () => {
  it.each([
    [{}, [1, 8]],
    [{ maxBatchSize: 1 }, [1]],
    [{ warmup: [] }, []],
    [{ warmup: [4, 1, 4] }, [1, 4]],
    [{ preferred: [8, 1, 4] }, [1, 4, 8]],
    [{ preferred: [1, 4, 16, 32] }, [1, 4, 16]],
    [{ preferred: [1, 4] }, [1, 4, 8]],
    [{ preferred: [4], warmup: [1, 3, 9] }, [4, 9]],
    [{ fixed: 8, preferred: [1, 4] }, [8]],
  ] as const)('%j warms %j', (options, warmup) => {
    expect(sizes(options).warmup).toEqual(warmup)
  })

  it('pads to the next preferred size, and not at all beyond the largest', () => {
    const { padded } = { padded: (count: number) => sizes({ preferred: [1, 4, 6] }).padded(count) }
    expect([1, 2, 4, 5, 6, 7, 8].map(padded)).toEqual([1, 4, 4, 6, 6, 7, 8])
    expect([1, 3, 8].map((count) => sizes({}).padded(count))).toEqual([1, 3, 8])
  })

  it('warns of sizes that no batch has, and of no others', () => {
    const told: string[] = []
    const logger = { ...silentLogger, warning: (message: string) => void told.push(message) }
    sizes({ logger, preferred: [1, 8], warmup: [8] })
    expect(told).toEqual([])
    sizes({ logger, preferred: [4, 16, 32], warmup: [9] })
    expect(told).toEqual([
      'preferredBatchSizes has 16, 32, and no batch has more than 8 items: raise maxBatchSize, or take them out',
      'warmupBatchSizes has 9, and no batch has more than 8 items: raise maxBatchSize, or take them out',
    ])
  })

  it.each([[[0]], [[1.5]], [[-4]], [[Number.NaN]]])('refuses %j', (wrong) => {
    expect(() => sizes({ preferred: wrong })).toThrow(StartError)
    expect(() => sizes({ warmup: wrong })).toThrow('warmupBatchSizes takes integers of at least 1')
  })
})
