/** examples/README.md lists every example, and its links lead somewhere. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from './documents.ts'

const folder = join(repositoryRoot, 'examples')
const page = readFileSync(join(folder, 'README.md'), 'utf8')
const links = [...page.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target)

test('every example has a row', () => {
  const examples = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')))
  expect(examples.filter((name) => !page.includes(`| [${name}](${name}) |`))).toEqual([])
})

test('every link leads somewhere', () => {
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter((target) => !existsSync(join(folder, target)))).toEqual([])
})
