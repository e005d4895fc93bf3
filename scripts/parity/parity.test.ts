/** Every row of docs/mosec-parity.md names a test that there is. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isThere, root } from './named-tests.ts'
import { hasTest, readParityPage } from './parity-table.ts'

const { rows, promised } = readParityPage(readFileSync(join(root, 'docs/mosec-parity.md'), 'utf8'))
const planned = rows.filter(({ tests }) => tests.length === 0)

describe('docs/mosec-parity.md', () => {
  test('every row says keep, mend or add, and names tests or is planned', () => {
    const odd = rows.filter(({ kind, problem }) => !/^(keep|mend|add)$/.test(kind) || problem !== undefined)
    expect(odd).toEqual([])
  })

  test('every test that it names is there', () => {
    const missing = rows.flatMap(({ line, tests }) =>
      tests.flatMap((named) => (isThere(named) ? [] : [`line ${line}: ${named.file} > ${named.title}`])),
    )
    expect(missing).toEqual([])
  })

  test('no behaviour is told twice', () => {
    const told = rows.map(({ behaviour }) => behaviour)
    expect(told.filter((behaviour, index) => told.indexOf(behaviour) < index)).toEqual([])
  })

  test('its last line counts the rows, and no more are planned than it says', () => {
    if (planned.length > 0) {
      console.log(['planned:', ...planned.map(({ line, behaviour }) => `${line}: ${behaviour}`)].join('\n  '))
    }
    expect(promised).toEqual({ rows: rows.length, planned: expect.any(Number) })
    expect(planned.length).toBeLessThanOrEqual(promised?.planned ?? 0)
  })
})

describe('the reader of the page', () => {
  const table = ['| behaviour | kind | test |', '|---|---|---|']

  test('reads rows, several tests in a cell, and the last line', () => {
    const text = [...table, '| a | keep | `x.ts` > t: `1`<br>`y.ts` > u |', '| b | add | planned |', '']
    const page = readParityPage([...text, 'Rows: 2. Planned: 1.'].join('\n'))
    const tests = [
      { file: 'x.ts', title: 't: `1`' },
      { file: 'y.ts', title: 'u' },
    ]
    expect(page).toEqual({
      rows: [
        { line: 3, behaviour: 'a', kind: 'keep', tests, problem: undefined },
        { line: 4, behaviour: 'b', kind: 'add', tests: [], problem: undefined },
      ],
      promised: { rows: 2, planned: 1 },
    })
  })

  test.each(['', 'soon', 'x.ts > t', '`x.ts` > t<br>soon'])('finds fault with the cell %j', (cell) => {
    const { rows } = readParityPage([...table, `| a | keep | ${cell} |`].join('\n'))
    expect(rows[0]?.problem).toContain('expected `file` > title or planned')
  })

  test('a page without its last line promises nothing', () => {
    expect(readParityPage('| a | keep | planned |').promised).toBeUndefined()
  })
})

describe('finding a test in its file', () => {
  test.each([
    ["it('adds (1 + 1)', () => {})", 'adds (1 + 1)'],
    ['test("adds", () => {})', 'adds'],
    ["it.each([1])(\n  'adds %d',\n  () => {})", 'adds %d'],
    ["it.each([\n  ['--port', 1],\n])('%s', () => {})", '--port'],
    ["describe.each(['a'])('in %s', () => {})", 'in %s'],
  ])('%s has it', (source, title) => {
    expect(hasTest(source, title)).toBe(true)
  })

  test.each([
    ["it('adds more', () => {})", 'adds'],
    ["it.skip('adds', () => {})", 'adds'],
    ["it.todo('adds')", 'adds'],
    ["// adds\nconst adds = 'adds'", 'adds'],
    ["it('axb', () => {})", 'a.b'],
  ])('%s has it not', (source, title) => {
    expect(hasTest(source, title)).toBe(false)
  })
})
