/** docs/dependencies.md and the catalog name the same packages, for the same users, under the same licences. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../steps/pnpm.mjs'
import { catalogDependencies, tableRows } from './dependency-table.ts'

const rows = tableRows(readFileSync(join(root, 'docs/dependencies.md'), 'utf8'))

test('each catalog entry has its row and each row its entry, and it tells the truth', () => {
  const told = rows.map(({ why: _, ...dependency }) => dependency)
  expect(told).toEqual(catalogDependencies(root))
})

test('each row gives a reason', () => {
  expect(rows.filter(({ why }) => why.trim().length < 10).map(({ name }) => name)).toEqual([])
})

test('a row is read cell by cell', () => {
  const text =
    '| package | licence | used by | why |\n|---|---|---|---|\n| `a/b` | MIT | root, packages/x | small |\n'
  expect(tableRows(text)).toEqual([
    { name: 'a/b', licence: 'MIT', usedBy: ['root', 'packages/x'], why: 'small' },
  ])
})
