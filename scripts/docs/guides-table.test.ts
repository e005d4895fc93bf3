/** docs/guides/README.md lists every guide, and its links lead somewhere. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from './documents.ts'

const folder = join(repositoryRoot, 'docs', 'guides')
const page = readFileSync(join(folder, 'README.md'), 'utf8')
const links = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target)

test('every guide has a row', () => {
  const guides = readdirSync(folder).filter((name) => name !== 'README.md')
  expect(guides.filter((name) => !page.includes(`](${name}) | `))).toEqual([])
})

test('every link leads somewhere', () => {
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter((target) => !existsSync(join(folder, target)))).toEqual([])
})
