/** Every promise of docs/reliability.md names a test that there is. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isThere, root } from './named-tests.ts'
import { testsOf } from './parity-table.ts'

const lines = readFileSync(join(root, 'docs/reliability.md'), 'utf8').split('\n')
const promises = lines.flatMap((line, index) => {
  const cells = line.split(' | ')
  const named = cells.length === 3 && cells[2]?.startsWith('`') === true
  return named ? [{ line: index + 1, ...testsOf(cells[2]?.replace(/ \|$/, '') ?? '') }] : []
})

describe('docs/reliability.md', () => {
  test('every promise names its tests', () => {
    const heads = lines.filter((line) => line === '| promise | how it is kept | tests |').length
    const rows = lines.filter((line) => /^\|(?!---)/.test(line)).length
    const measured = lines
      .slice(lines.indexOf('## Measured'))
      .filter((line) => /^\|(?!---)/.test(line)).length
    expect(promises.length).toBe(rows - heads - measured)
    expect(promises.filter(({ problem, tests }) => problem !== undefined || tests.length === 0)).toEqual([])
  })

  test('every test that it names is there', () => {
    const missing = promises.flatMap(({ line, tests }) =>
      tests.flatMap((named) => (isThere(named) ? [] : [`line ${line}: ${named.file} > ${named.title}`])),
    )
    expect(missing).toEqual([])
  })
})
