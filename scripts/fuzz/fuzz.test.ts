/** The fuzzer finds what is there to be found, and nothing in our own readers. */

import { afterAll, describe, expect, it } from 'vitest'
import { Coverage } from './coverage.ts'
import { fuzz } from './fuzz.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'

const coverage = new Coverage()
const { planted } = await import('./fixtures/planted.ts')
const { targets } = await import('./targets/index.ts')
const options = { coverage, seed: 1, slowMs: Infinity }

afterAll(() => coverage[Symbol.dispose]())

describe('fuzz', () => {
  it('finds by coverage what chance does not find, and makes it short', () => {
    const { finding, corpus } = fuzz(planted, { ...options, isOver: ({ inputs }) => inputs > 500_000 })
    expect(finding?.error).toEqual(new Error('found'))
    expect(Buffer.from(finding?.input ?? []).toString()).toBe('FUZZ!')
    expect(corpus).toBeGreaterThan(5)
    expect(byChance(200_000)).toBe(false)
  })

  it('reports an input that takes too long', () => {
    const { finding } = fuzz(planted, { ...options, slowMs: -1, isOver: () => true })
    expect(finding?.error).toEqual(new Error('0 bytes took 0 ms'))
  })

  it.each(targets)('finds nothing in $name, whose seeds are good', (target) => {
    const { finding, inputs } = fuzz(target, { ...options, isOver: (progress) => progress.inputs > 2000 })
    expect(finding).toBeUndefined()
    expect(inputs).toBeGreaterThan(2000)
  })
})

/** The same changes, of the seeds alone. */
function byChance(inputs: number): boolean {
  const { seeds, words, maxBytes, run } = planted
  const material = { random: new Random(1), corpus: seeds, words, maxBytes }
  try {
    for (let left = inputs; left > 0; left--) run(mutate(material.random.oneOf(seeds), material))
    return false
  } catch {
    return true
  }
}
