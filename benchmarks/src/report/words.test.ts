import { describe, expect, it } from 'vitest'
import { hasWords } from './words.ts'

describe('words of a cell', () => {
  const cell = 'JSON 100 B, 3 stages, batch 32, c = 16'

  it.each([
    ['c = 16', true],
    ['c = 1', false],
    ['batch 3', false],
    ['json', true],
    ['JSON 100 B, c = 16', true],
    ['c = 16, 3 stages', true],
    ['json, c = 64', false],
    ['100 B.', false],
    ['', true],
  ])('%o is found: %o', (wanted, isFound) => {
    expect(hasWords(cell, wanted)).toBe(isFound)
  })

  it('have signs of their own', () => {
    expect(hasWords('80 %', '80 %')).toBe(true)
    expect(hasWords('1x (all)', '(all)')).toBe(true)
    expect(hasWords('180 %', '80 %')).toBe(false)
  })
})
