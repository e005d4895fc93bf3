/** Every TypeScript block in our documents compiles against the built packages, and every shell block parses. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { documents, repositoryRoot } from './documents.ts'
import { typeErrors } from './type-check.ts'

const blocks = documents().flatMap((path) =>
  codeBlocks(readFileSync(join(repositoryRoot, path), 'utf8')).map((block) => ({ ...block, path })),
)
const typescript = blocks.filter(({ language }) => language === 'ts')
const shell = blocks.filter(({ language }) => language === 'sh')

test('an unchecked block says why', () => {
  const unexplained = typescript
    .filter(({ info }) => /^no-check\W*$/.test(info))
    .map(({ path, line }) => `${path}:${line}`)
  expect(unexplained).toEqual([])
})

test('languages are named by one name each', () => {
  const odd = blocks
    .filter(({ language }) =>
      ['typescript', 'js', 'javascript', 'bash', 'shell', 'console'].includes(language),
    )
    .map(({ path, line, language }) => `${path}:${line} ${language}`)
  expect(odd).toEqual([])
})

test('every ts block compiles', { timeout: 120_000 }, () => {
  expect(typeErrors(typescript.filter(({ info }) => !info.startsWith('no-check')))).toEqual([])
})

test.each(shell.map((block) => ({ ...block, at: `${block.path}:${block.line}` })))(
  '$at parses',
  ({ code }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  },
)
